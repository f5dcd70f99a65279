"""Data parallel training on PyTorch: two processes, each with its part of a batch, one gradient.

    python -m pip install torch==2.13.0
    python tests/benchmarks/data_parallel.py

Chapter 8's network and batch. Each process has the same parameters and its own columns, goes
forward and backward by itself, and the gradients are summed over the processes by all_reduce
(gloo, over the loopback). Compared with one process that has the whole batch, and with
`backprop.gradients`; then a step is taken, and the parameters of both processes are compared.
`make test` never needs it.
"""

import socket
from datetime import datetime, timezone

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.nn.parallel import DistributedDataParallel

from backprop import SOFTMAX_CROSS_ENTROPY, forward, gradients, init_network
from backprop.backward import backward
from backprop.data import digits

SIZES, M = (64, 32, 10), 100
CUTS = {"equal shards, 50 and 50": 50, "unequal shards, 70 and 30": 70}


def model_of(network):
    """The same network in PyTorch, in float64, with examples as rows."""
    model = torch.nn.Sequential(
        torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)
    ).double()
    with torch.no_grad():
        for layer, l in ((model[0], 1), (model[2], 2)):
            layer.weight.copy_(torch.tensor(network.W[l]))
            layer.bias.copy_(torch.tensor(network.b[l][:, 0]))
    return model


def problem():
    data = digits()
    network = init_network(SIZES, ("tanh", "identity"), rng=np.random.default_rng(5))
    return network, data.X_train[:, :M], data.Y_train[:, :M]


def loss_of(model, X, Y):
    """The mean over the columns of X and Y."""
    return torch.nn.functional.cross_entropy(
        model(torch.tensor(X.T.copy())), torch.tensor(Y.T.copy())
    )


def flat(arrays):
    return np.concatenate([np.asarray(array).ravel() for array in arrays])


def shard(rank, port, cut, found):
    """One process: its columns, its gradient, the sum weighted by shares, and a step."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    network, X, Y = problem()
    mine = slice(0, cut) if rank == 0 else slice(cut, M)
    X, Y = X[:, mine], Y[:, mine]
    model = model_of(network)
    loss_of(model, X, Y).backward()
    for p in model.parameters():
        p.grad *= X.shape[1] / M  # eq-shard-gradient: its share of the examples
        dist.all_reduce(p.grad)  # the sum over the processes
    weighted = flat(p.grad for p in model.parameters())
    torch.optim.SGD(model.parameters(), lr=0.5).step()

    ready = DistributedDataParallel(model_of(network))  # averages the shards' gradients
    loss_of(ready, X, Y).backward()
    found[rank] = (
        weighted,
        flat(p.grad for p in ready.parameters()),
        flat(p.detach() for p in model.parameters()),
    )
    dist.destroy_process_group()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    print(
        f"{datetime.now(timezone.utc):%Y-%m-%d}, torch {torch.__version__}, numpy {np.__version__}, gloo"
    )
    network, X, Y = problem()
    trace = forward(network, X)
    grads = gradients(trace, backward(network, trace, Y, SOFTMAX_CROSS_ENTROPY))
    by_module = flat([grads.W[1], grads.b[1], grads.W[2], grads.b[2]])
    alone = model_of(network)
    loss_of(alone, X, Y).backward()
    whole = flat(p.grad for p in alone.parameters())
    largest = np.abs(whole).max()

    def off(other):
        return np.abs(other - whole).max() / largest

    print("largest difference from one process with the whole batch, over its largest entry:")
    print(f"  backprop.gradients                    {off(by_module):.1e}")
    assert off(by_module) < 1e-12
    for name, cut in CUTS.items():
        with mp.Manager() as manager:
            found = manager.dict()
            mp.spawn(shard, (free_port(), cut, found), nprocs=2)
            (weighted, averaged, after), other = found[0], found[1]
        print(f"{name}:")
        print(f"  weighted by share, all_reduce         {off(weighted):.1e}")
        print(f"  DistributedDataParallel, plain mean   {off(averaged):.1e}")
        print(f"  after a step both have the same parameters: {np.array_equal(after, other[2])}")
        assert off(weighted) < 1e-12 and np.array_equal(after, other[2])


if __name__ == "__main__":
    main()
