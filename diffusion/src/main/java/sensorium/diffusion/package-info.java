/** Pictures out of noise: noise schedules, samplers, and the networks that denoise. */
package sensorium.diffusion;
