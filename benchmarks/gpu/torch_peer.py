#!/usr/bin/env python3
"""Times with torch what GpuCases.java times with Sensorium: prints {"peer": …, "seconds": {name: seconds of one run}}.

Single precision means single precision: TF32 is off. Names begin with one of the arguments, if there are any.
"""

import json
import statistics
import sys
import time

import torch
import torch.nn.functional as F

SAMPLE, SAMPLES, WARM_UP = 0.2, 7, 3

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True
torch.manual_seed(0)
device = "cuda" if torch.cuda.is_available() else "cpu"


def normal(*shape):
    return torch.randn(*shape, device=device)


def forward(body):
    def run():
        with torch.no_grad():
            body()

    return run


def backward(body, inputs, dy):
    inputs = [x.requires_grad_() for x in inputs]
    return lambda: torch.autograd.grad(body(*inputs), inputs, dy)


def gemm(m, n, k):
    x, w = normal(m, k), normal(k, n)
    return forward(lambda: x @ w)


def attention(length, gradients):
    q, k, v, dy = (normal(1, 12, length, 64) for _ in range(4))
    body = F.scaled_dot_product_attention
    return backward(body, [q, k, v], dy) if gradients else forward(lambda: body(q, k, v))


def conv(batch, channels, out, side, kernel, gradients):
    x, w, dy = normal(batch, channels, side, side), normal(out, channels, kernel, kernel), normal(batch, out, side, side)
    body = lambda a, b: F.conv2d(a, b, padding=kernel // 2)
    return backward(body, [x, w], dy) if gradients else forward(lambda: body(x, w))


def copy(to_device):
    host = torch.ones(256_000_000, dtype=torch.uint8).pin_memory() if device == "cuda" else torch.ones(256_000_000, dtype=torch.uint8)
    there = torch.empty(256_000_000, dtype=torch.uint8, device=device)
    return lambda: there.copy_(host) if to_device else host.copy_(there)


class Block(torch.nn.Module):
    """Pre-norm, with separate projections, as in ViT."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.q, self.k, self.v, self.out = (torch.nn.Linear(width, width) for _ in range(4))
        self.up, self.down = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)

    def forward(self, x):
        y = self.norm1(x)
        q, k, v = (f(y).unflatten(-1, (self.heads, -1)).transpose(1, 2) for f in (self.q, self.k, self.v))
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Vit(torch.nn.Module):
    def __init__(self, width=768, depth=12, heads=12, patch=16, side=224, classes=1000):
        super().__init__()
        self.patches = torch.nn.Conv2d(3, width, patch, patch)
        self.front = torch.nn.Parameter(torch.zeros(1, 1, width))
        self.positions = torch.nn.Parameter(torch.zeros(1, 1 + (side // patch) ** 2, width))
        self.blocks = torch.nn.Sequential(*(Block(width, heads) for _ in range(depth)))
        self.norm, self.head = torch.nn.LayerNorm(width), torch.nn.Linear(width, classes)

    def forward(self, pixels):
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.front.expand(len(x), -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


def vit(training):
    model = Vit().to(device)
    pixels, targets = normal(64, 3, 224, 224), torch.arange(64, device=device)
    if not training:
        return forward(lambda: model(pixels))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0)

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(pixels), targets).backward()
        optimizer.step()

    return step


def rows(body):
    x = normal(4096, 4096)
    return forward(lambda: body(x))


def addition():
    a, b = normal(4096, 4096), normal(4096, 4096)
    return forward(lambda: a + b)


def cases():
    for n in (1024, 2048, 4096, 8192):
        yield f"gemm/{n}x{n}x{n}", lambda n=n: gemm(n, n, n)
    yield "gemm/12608x3072x768", lambda: gemm(12608, 3072, 768)
    for n in (197, 1024, 4096):
        yield f"attention/{n}", lambda n=n: attention(n, False)
        yield f"attention/{n} fwd+bwd", lambda n=n: attention(n, True)
    for name, *sizes in (
        ("3x3 64@56 batch 32", 32, 64, 64, 56, 3),
        ("3x3 320@32 batch 8", 8, 320, 320, 32, 3),
        ("1x1 256-64@56 batch 32", 32, 256, 64, 56, 1),
    ):
        yield f"conv/{name}", lambda s=sizes: conv(*s, False)
        yield f"conv/{name} fwd+bwd", lambda s=sizes: conv(*s, True)
    yield "rows/softmax 4096x4096", lambda: rows(lambda x: F.softmax(x, -1))
    yield "rows/layer_norm 4096x4096", lambda: rows(lambda x: F.layer_norm(x, (4096,)))
    yield "elementwise/exp 4096x4096", lambda: rows(torch.exp)
    yield "elementwise/add 4096x4096", addition
    yield "copy/to the device 256 MB", lambda: copy(True)
    yield "copy/from the device 256 MB", lambda: copy(False)
    yield "vit/b16 forward batch 64", lambda: vit(False)
    yield "train/vit b16 batch 64", lambda: vit(True)


def synchronize():
    if device == "cuda":
        torch.cuda.synchronize()


def timed(work, runs):
    synchronize()
    began = time.perf_counter()
    for _ in range(runs):
        work()
    synchronize()
    return (time.perf_counter() - began) / runs


def seconds(work):
    once = min(timed(work, 1) for _ in range(WARM_UP))
    runs = max(1, round(SAMPLE / once))
    return statistics.median(timed(work, runs) for _ in range(SAMPLES))


if __name__ == "__main__":
    took = {}
    for name, opener in cases():
        if len(sys.argv) == 1 or name.startswith(tuple(sys.argv[1:])):
            took[name] = seconds(opener())
            print(f"torch: {name}", file=sys.stderr)
    where = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    print(json.dumps({"peer": f"torch {torch.__version__}", "device": where, "seconds": took}))
