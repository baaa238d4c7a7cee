"""Exclusive or: the shortest honest program.

python -m examples.xor
PURENN_BACKEND=numpy python -m examples.xor
"""

import purenn as nn

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
y = [[0], [1], [1], [0]]

network = nn.Network([nn.Dense(2, 8), nn.Tanh(), nn.Dense(8, 1), nn.Sigmoid()], seed=0)
nn.train(network, X, y, loss=nn.BinaryCrossEntropy(), optimizer=nn.SGD(0.5), epochs=1000)

for (a, b), (p,) in zip(X, network.predict(X).tolist(), strict=True):
    print(f"{a} xor {b} is {p:.3f}")
