/* The elementary functions: how each is worked out, and how it is written. */

// Of numbers, and in words; the parts of the second become elements or text.
const F = {
  is: [(a) => a, (a) => [a]],
  mul: [(a, b) => a * b, (a, b) => [a, " × ", b]],
  add: [(a, b) => a + b, (a, b) => [a, " + ", b]],
  sub: [(a, b) => a - b, (a, b) => [a, " − ", b]],
  div: [(a, b) => a / b, (a, b) => [a, " ÷ ", b]],
  pow: [(a, b) => Math.pow(a, b), (a, b) => [a, " to the power ", b]],
  neg: [(a) => -a, (a) => ["−", a]],
  abs: [Math.abs, (a) => ["|", a, "|"]],
  exp: [Math.exp, (a) => ["exp(", a, ")"]],
  expneg: [(a) => Math.exp(-a), (a) => ["exp(−", a, ")"]],
  ln: [Math.log, (a) => ["ln(", a, ")"]],
  neglog: [(a) => -Math.log(a), (a) => ["−ln(", a, ")"]],
  log1p: [Math.log1p, (a) => ["ln(1 + ", a, ")"]],
  sqrt: [Math.sqrt, (a) => ["√", a]],
  tanh: [Math.tanh, (a) => ["tanh(", a, ")"]],
  sqdiff: [(a, b) => (a - b) * (a - b), (a, b) => ["(", a, " − ", b, ")²"]],
  softplus: [(a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
    (a) => ["ln(1 + exp(", a, "))"]],
  softplusneg: [(a) => Math.max(-a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
    (a) => ["ln(1 + exp(−", a, "))"]],
  max: [(...all) => Math.max(...all), (...all) => ["max(", ...between(all, ", "), ")"]],
  min: [(...all) => Math.min(...all), (...all) => ["min(", ...between(all, ", "), ")"]],
  place: [(...all) => all.indexOf(Math.max(...all)),
    (...all) => ["place of the largest of ", ...between(all, ", ")]],
  sum: [(...all) => all.reduce((a, b) => a + b, 0), (...all) => between(all, " + ")],
  dot: [(...all) => pairs(all).reduce((sum, [a, b]) => sum + a * b, 0),
    (...all) => between(pairs(all).map(([a, b]) => [a, " × ", b]), " + ").flat()],
  gt: [(a, b) => Number(a > b), (a, b) => [a, " > ", b, " ?"]],
  lt: [(a, b) => Number(a < b), (a, b) => [a, " < ", b, " ?"]],
  ge: [(a, b) => Number(a >= b), (a, b) => [a, " ≥ ", b, " ?"]],
  le: [(a, b) => Number(a <= b), (a, b) => [a, " ≤ ", b, " ?"]],
  eq: [(a, b) => Number(a === b), (a, b) => [a, " = ", b, " ?"]],
  given: [(a) => a, (a) => ["given: ", a]],
};
const between = (all, mark) => all.flatMap((each, n) => (n ? [mark, each] : [each]));
const pairs = (all) => all.flatMap((_, n) => (n % 2 ? [] : [[all[n], all[n + 1]]]));
const range = (n) => Array.from({length: n}, (_, i) => i);
