/** Tensors in files: safetensors, npy and npz; files that appear whole or not at all. */
package sensorium.io;
