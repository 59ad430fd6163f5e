/** Pictures to words: what writes them ({@link sensorium.multimodal.caption.Captioner}), how that is learnt and measured. */
package sensorium.multimodal.caption;
