/** How good pictures are that a model made. */
package sensorium.multimodal.judge;
