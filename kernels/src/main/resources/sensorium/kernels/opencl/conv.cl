// Convolutions: what moves patches for their matrix products (Convolutions.java), and each direction as its definition, one
// work-item an element of the result. Everything is contiguous: x (N, C, H, W), w (O, C / groups, kH, kW), y (N, O, H', W').
// Neighbours walk along a row of the picture. Nothing is added by two, so there are no atomics. T is F32 or F64.

typedef ACCUMULATE(T) A;

// Extents and steps of a convolution; c counts the channels of a group, o the outputs of one.
typedef struct {
    int n, groups, c, o, h, w, kh, kw, oh, ow;
    int strideH, strideW, padH, padW, dilationH, dilationW;
} Conv;

__kernel void forward(Conv d, __global const TYPE(T) *x, __global const TYPE(T) *w, __global TYPE(T) *y) {
    int id = get_global_id(0);
    if (id >= d.n * d.groups * d.o * d.oh * d.ow) {
        return;
    }
    int j = id % d.ow;
    int i = id / d.ow % d.oh;
    int o = id / d.ow / d.oh % (d.groups * d.o);
    int n = id / d.ow / d.oh / (d.groups * d.o);
    int channel = (n * d.groups + o / d.o) * d.c;
    A sum = 0;
    for (int c = 0; c < d.c; c++) {
        for (int p = 0; p < d.kh; p++) {
            int row = i * d.strideH - d.padH + p * d.dilationH;
            if (row < 0 || row >= d.h) {
                continue;
            }
            for (int q = 0; q < d.kw; q++) {
                int column = j * d.strideW - d.padW + q * d.dilationW;
                if (column >= 0 && column < d.w) {
                    sum = fma(x[((channel + c) * d.h + row) * d.w + column],
                            w[((o * d.c + c) * d.kh + p) * d.kw + q], sum);
                }
            }
        }
    }
    y[id] = sum;
}

// Every place that a tap of the kernel carried this element to, gathered.
__kernel void input_grad(Conv d, __global const TYPE(T) *dy, __global const TYPE(T) *w, __global TYPE(T) *dx) {
    int id = get_global_id(0);
    if (id >= d.n * d.groups * d.c * d.h * d.w) {
        return;
    }
    int column = id % d.w;
    int row = id / d.w % d.h;
    int c = id / d.w / d.h % (d.groups * d.c);
    int n = id / d.w / d.h / (d.groups * d.c);
    int group = c / d.c;
    A sum = 0;
    for (int p = 0; p < d.kh; p++) {
        int i = window_over(row, d.padH, p, d.dilationH, d.strideH, d.oh);
        if (i < 0) {
            continue;
        }
        for (int q = 0; q < d.kw; q++) {
            int j = window_over(column, d.padW, q, d.dilationW, d.strideW, d.ow);
            if (j < 0) {
                continue;
            }
            for (int o = group * d.o; o < (group + 1) * d.o; o++) {
                sum = fma(dy[((n * d.groups * d.o + o) * d.oh + i) * d.ow + j],
                        w[((o * d.c + c % d.c) * d.kh + p) * d.kw + q], sum);
            }
        }
    }
    dx[id] = sum;
}

// The sum over all pictures and places; each picture row is added up by itself first, which keeps long sums exact.
__kernel void weight_grad(Conv d, __global const TYPE(T) *x, __global const TYPE(T) *dy, __global TYPE(T) *dw) {
    int id = get_global_id(0);
    if (id >= d.groups * d.o * d.c * d.kh * d.kw) {
        return;
    }
    int q = id % d.kw;
    int p = id / d.kw % d.kh;
    int c = id / d.kw / d.kh % d.c;
    int o = id / d.kw / d.kh / d.c;
    A sum = 0;
    for (int n = 0; n < d.n; n++) {
        __global const TYPE(T) *plane = x + ((n * d.groups + o / d.o) * d.c + c) * d.h * d.w;
        for (int i = 0; i < d.oh; i++) {
            int row = i * d.strideH - d.padH + p * d.dilationH;
            if (row < 0 || row >= d.h) {
                continue;
            }
            __global const TYPE(T) *slopes = dy + ((n * d.groups * d.o + o) * d.oh + i) * d.ow;
            A part = 0;
            for (int j = 0; j < d.ow; j++) {
                int column = j * d.strideW - d.padW + q * d.dilationW;
                if (column >= 0 && column < d.w) {
                    part = fma(plane[row * d.w + column], slopes[j], part);
                }
            }
            sum += part;
        }
    }
    dw[id] = sum;
}

// Element `place` of tap (c, p, q) of picture n and a group: 0 outside of the picture.
TYPE(T) tap(const Conv *d, __global const TYPE(T) *x, int n, int group, int tap_, int place) {
    int q = tap_ % d->kw;
    int p = tap_ / d->kw % d->kh;
    int c = tap_ / d->kw / d->kh;
    int row = place / d->ow * d->strideH - d->padH + p * d->dilationH;
    int column = place % d->ow * d->strideW - d->padW + q * d->dilationW;
    int inside = row >= 0 && row < d->h && column >= 0 && column < d->w;
    return inside ? x[(((n * d->groups + group) * d->c + c) * d->h + row) * d->w + column] : 0;
}

// (count, groups, taps, places) of the pictures from `first` on
__kernel void patches(Conv d, int first, int count, __global const TYPE(T) *x, __global TYPE(T) *to) {
    int id = get_global_id(0);
    int places = d.oh * d.ow;
    int taps = d.c * d.kh * d.kw;
    if (id >= count * d.groups * taps * places) {
        return;
    }
    int at = id / places;
    to[id] = tap(&d, x, first + at / taps / d.groups, at / taps % d.groups, at % taps, id % places);
}

// (count, groups, places, taps)
__kernel void turned_patches(Conv d, int first, int count, __global const TYPE(T) *x, __global TYPE(T) *to) {
    int id = get_global_id(0);
    int places = d.oh * d.ow;
    int taps = d.c * d.kh * d.kw;
    if (id >= count * d.groups * taps * places) {
        return;
    }
    int at = id / taps;
    to[id] = tap(&d, x, first + at / places / d.groups, at / places % d.groups, id % taps, at % places);
}

// dx of the pictures from `first` on: the sum of the places where an element lies in the patches
__kernel void fold(Conv d, int first, int count, __global const TYPE(T) *patches_, __global TYPE(T) *dx) {
    int id = get_global_id(0);
    if (id >= count * d.groups * d.c * d.h * d.w) {
        return;
    }
    int column = id % d.w;
    int row = id / d.w % d.h;
    int channel = id / d.w / d.h; // of all pictures and groups
    A sum = 0;
    for (int p = 0; p < d.kh; p++) {
        int i = window_over(row, d.padH, p, d.dilationH, d.strideH, d.oh);
        if (i < 0) {
            continue;
        }
        for (int q = 0; q < d.kw; q++) {
            int j = window_over(column, d.padW, q, d.dilationW, d.strideW, d.ow);
            if (j < 0) {
                continue;
            }
            sum += patches_[(((channel * d.kh + p) * d.kw + q) * d.oh + i) * d.ow + j];
        }
    }
    dx[first * d.groups * d.c * d.h * d.w + id] = sum;
}

// dw = [dw +] the sum of the pictures' parts (count, elements)
__kernel void add_up(int elements, int count, int begin, __global const TYPE(T) *parts, __global TYPE(T) *dw) {
    int id = get_global_id(0);
    if (id >= elements) {
        return;
    }
    A sum = begin ? 0 : dw[id];
    for (int n = 0; n < count; n++) {
        sum += parts[n * elements + id];
    }
    dw[id] = sum;
}
