package sensorium.diffusion;

/** Which network denoises. */
public sealed interface NetworkConfig permits UNetConfig, DitConfig {}
