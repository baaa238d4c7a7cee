/* How a cell of each operation is computed: a list of steps for each name of an operation. */

// σ(z), tanh′ and the like, in the order in which a person would work them out.
function softmaxSteps(Z, i, j) {
  const n = shape(Z)[1], row = range(n).map((c) => at(Z, i, c));
  const max = step("max", row, "then", {say: "the row's maximum"});
  const shifts = row.map((z) => step("sub", [z, made(max, "max")]));
  const powers = shifts.map((s, c) => step("exp", [made(s, `s${c}`)]));
  const sum = step("sum", powers.map((e, c) => made(e, `e${c}`)), "then", {say: "added up"});
  shifts[j].say = "shifted"; powers[j].say = "exp";
  return {max, shift: shifts[j], exp: powers[j], sum, shifts, powers,
    divide: step("div", [made(powers[j], `e${j}`), made(sum, "sum")], "then", {say: "divided"})};
}

const RECIPES = {
  linear(op, i, j) {
    const [X, W, b] = op.inputs;
    const terms = range(shape(X)[1]).map((k) => plus("mul", [at(X, i, k), at(W, k, j)]));
    return b === undefined || b === null ? terms : [...terms, plus("is", [at(b, 0, j)], {tail: true})];
  },
  matmul: (op, i, j) => RECIPES.linear({inputs: op.inputs.slice(0, 2)}, i, j),
  linear_gradients(op, i, j) {
    const [X, dZ] = op.inputs, rows = range(shape(dZ)[0]);
    if (op.part === 1) return rows.map((k) => plus("is", [at(dZ, k, j)]));
    return rows.map((k) => plus("mul", [turned(X, i, k), at(dZ, k, j)]));
  },
  linear_input_gradient(op, i, j) {
    const [dZ, W] = op.inputs;
    return range(shape(dZ)[1]).map((k) => plus("mul", [at(dZ, i, k), turned(W, k, j)]));
  },
  take(op, i, j) {
    const row = op.options.indices[i];
    return [step("is", [at(op.inputs[0], row, j)], "then", {say: `row ${row}`})];
  },
  transpose: (op, i, j) => [step("is", [at(op.inputs[0], j, i)])],

  sigmoid(op, i, j) {
    const power = step("expneg", [at(op.inputs[0], i, j)]);
    const below = step("add", [whole(1), made(power, "e⁻ᶻ")]);
    return [power, below, step("div", [whole(1), made(below, "(1 + e⁻ᶻ)")])];
  },
  relu: (op, i, j) => [step("max", [at(op.inputs[0], i, j), whole(0)])],
  leaky_relu(op, i, j) {
    const z = at(op.inputs[0], i, j);
    return [z.v > 0 ? step("is", [z], "then", {say: "above 0"})
      : step("mul", [at(op.inputs[1], 0, 0), z], "then", {say: "not above 0"})];
  },
  softplus: single("softplus"),
  sigmoid_backward_from_output(op, i, j) {
    const [dA, A] = op.inputs.map((id) => at(id, i, j));
    const rest = step("sub", [whole(1), A]), slope = step("mul", [A, made(rest, `(1 − ${A.t})`)]);
    slope.slope = true;
    return [rest, slope, step("mul", [dA, made(slope, "slope")])];
  },
  tanh_backward_from_output(op, i, j) {
    const [dA, A] = op.inputs.map((id) => at(id, i, j));
    const square = step("mul", [A, A]), slope = step("sub", [whole(1), made(square, `${A.t}²`)]);
    slope.slope = true;
    return [square, slope, step("mul", [dA, made(slope, "slope")])];
  },
  relu_backward_from_output(op, i, j) {
    const [dA, A] = op.inputs.map((id) => at(id, i, j)), slope = step("gt", [A, whole(0)]);
    slope.slope = true;
    return [slope, step("mul", [dA, made(slope, "slope")])];
  },
  leaky_relu_backward_from_input(op, i, j) {
    const [dA, Z] = op.inputs.slice(0, 2).map((id) => at(id, i, j));
    const slope = step("is", [Z.v > 0 ? whole(1) : at(op.inputs[2], 0, 0)], "then", {slope: true,
      say: Z.v > 0 ? "above 0" : "not above 0"});
    return [slope, step("mul", [dA, made(slope, "slope")])];
  },

  softmax(op, i, j) {
    const {max, shift, exp, sum, divide} = softmaxSteps(op.inputs[0], i, j);
    return [max, shift, exp, sum, divide];
  },
  softmax_backward_from_output(op, i, j) {
    const [dA, A] = op.inputs, a = at(A, i, j);
    const dot = step("dot", range(shape(A)[1]).flatMap((c) => [at(dA, i, c), at(A, i, c)]));
    const off = step("sub", [at(dA, i, j), made(dot, "sum")]);
    return [dot, off, step("mul", [a, made(off, "difference")])];
  },
  log_softmax(op, i, j) {
    const {max, shift, sum} = softmaxSteps(op.inputs[0], i, j);
    const log = step("ln", [made(sum, "sum of e")]);
    return [max, shift, sum, log, step("sub", [made(shift, "shifted"), made(log, "ln")])];
  },
  squared_error(op, i, j) {
    const [P, Y, scale] = op.inputs;
    if (op.part === 1) {
      const off = step("sub", [at(P, i, j), at(Y, i, j)]);
      const twice = step("mul", [whole(2), made(off, "difference")]);
      return [off, twice, step("mul", [at(scale, 0, 0), made(twice, "twice")])];
    }
    const [m, n] = shape(P);
    const terms = range(m * n).map((k) => [Math.floor(k / n), k % n])
      .map(([r, c]) => plus("sqdiff", [at(P, r, c), at(Y, r, c)]));
    const total = {v: terms.reduce((sum, term) => sum + term.v, 0), t: "sum"};
    return [...terms, step("mul", [at(scale, 0, 0), total])];
  },
  softmax_cross_entropy(op, i, j) {
    const [Z, Y] = op.inputs;
    if (op.part === 1) return RECIPES.softmax(op, i, j);
    const P = sibling(op, 1);
    return range(shape(Z)[0]).map((r) => {
      const c = trueClass(Y, r);
      if (P) return plus("neglog", [at(P.output, r, c)], {row: r});
      return plus("given", [{v: NaN, t: `row ${r}`}], {row: r});
    });
  },
  sigmoid_cross_entropy(op, i, j) {
    const [Z, Y] = op.inputs, [m, n] = shape(Z);
    if (op.part === 1) return RECIPES.sigmoid(op, i, j);
    return range(m * n).map((k) => [Math.floor(k / n), k % n]).map(([r, c]) => {
      const yes = at(Y, r, c).v > 0.5;
      return plus(yes ? "softplusneg" : "softplus", [at(Z, r, c)],
        {row: r, say: yes ? "true class 1: −ln p" : "true class 0: −ln(1 − p)"});
    });
  },
  descend(op, i, j) {
    const [W, dW, rate] = op.inputs;
    const move = step("mul", [at(rate, 0, 0), at(dW, i, j)]);
    return [move, step("sub", [at(W, i, j), made(move, `rate × ${arrays[dW].name}`)])];
  },

  where: (op, i, j) => [at(op.inputs[0], i, j).v
    ? step("is", [at(op.inputs[1], i, j)], "then", {say: "where it holds"})
    : step("is", [at(op.inputs[2], i, j)], "then", {say: "where it does not hold"})],
  sum: (op, i, j) => gathered(op, i, j).map((entry) => plus("is", [entry])),
  mean(op, i, j) {
    const terms = gathered(op, i, j).map((entry) => plus("is", [entry]));
    const total = {v: terms.reduce((sum, term) => sum + term.v, 0), t: "sum"};
    return [...terms, step("div", [total, whole(terms.length)])];
  },
  max: (op, i, j) => [step("max", gathered(op, i, j))],
  argmax: (op, i, j) => [step("place", gathered(op, i, j), "then", {say: "counted from 0"})],
};
for (const [name, f] of Object.entries({abs: "abs", exp: "exp", log: "ln", log1p: "log1p",
  sqrt: "sqrt", tanh: "tanh", negative: "neg", add: "add", subtract: "sub", multiply: "mul",
  divide: "div", power: "pow", maximum: "max", minimum: "min", greater: "gt",
  less: "lt", greater_equal: "ge", less_equal: "le", equal: "eq", not_equal: "ne", astype: "is"})) {
  RECIPES[name] = single(f);
}

// An entry of the transposed matrix: Xᵀ[i,k] is X[k,i].
function turned(id, i, k) {
  const entry = at(id, k, i);
  entry.t = entryName(id, k, i).replace(/\[.*/, `ᵀ[${i},${k}]`);
  return entry;
}
// The entries that a reduction takes: a column, a row, or all.
function gathered(op, i, j) {
  const id = op.inputs[0], [m, n] = shape(id), {axis} = op.options;
  if (axis === 0) return range(m).map((r) => at(id, r, j));
  if (axis === 1) return range(n).map((c) => at(id, i, c));
  return range(m * n).map((k) => at(id, Math.floor(k / n), k % n));
}
function trueClass(Y, row) {
  const targets = arrays[Y].rows[row];
  return targets.indexOf(Math.max(...targets));
}
