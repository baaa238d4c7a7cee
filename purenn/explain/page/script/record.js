/* The record as it stands in the page, and its operations by training step. */

const $ = (id) => document.getElementById(id);
const record = JSON.parse($("record").textContent);
const arrays = record.arrays;
const WORDS = {nan: NaN, inf: Infinity, "-inf": -Infinity};  // JSON has no numbers for these

for (const array of arrays) {
  array.rows = array.rows.map((row) => row.some((v) => typeof v !== "number")
    ? row.map((v) => (typeof v === "string" ? WORDS[v] : Number(v))) : row);
}

// The operations by training step. `key` is an operation's name in the address: Z1, or Z1:2 for
// the second of this name in its step.
const steps = [];
for (const op of record.ops) {
  const step = (steps[op.step] = steps[op.step] || []);
  const same = step.filter((other) => other.name === op.name).length;
  op.key = same ? `${op.name}:${same + 1}` : op.name;
  step.push(op);
}

const shape = (id) => arrays[id].shape;
const sibling = (op, part) => record.ops.find((o) => o.call === op.call && o.part === part);
const PHASES = {epoch: "Epoch", forward: "Forward", loss: "Loss", backward: "Backward",
  update: "Update"};
