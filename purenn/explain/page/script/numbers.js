/* How numbers look: four digits in sight, all of them on hover and focus. */

// Four significant digits and a true minus.
function show(x) {
  if (Number.isNaN(x)) return "NaN";
  const sign = x < 0 ? "−" : "", size = Math.abs(x);
  if (size === Infinity) return sign + "∞";
  if (size === 0) return "0.000";
  if (size < 0.001 || size >= 9999.5) {
    return sign + size.toExponential(3).replace("e+", "e").replace("e-", "e−");
  }
  return sign + size.toPrecision(4).replace(/\.$/, "");
}

// All digits, as Python writes them.
function exact(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return Object.is(x, -0) ? "-0.0" : "0.0";
  const [mantissa, power] = x.toExponential().split("e");
  if (power < -4 || power >= 16) {
    return `${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  }
  const plain = String(x);
  return plain.includes(".") ? plain : plain + ".0";
}

const sign = (x) => (x < 0 ? "neg" : x > 0 ? "pos" : "zero");
