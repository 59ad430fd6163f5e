/** Tensors: an immutable handle of storage and strided layout, with the fluent operations on it. */
package sensorium.tensor;
