/** The cross-modal protocol on the stamps: what may be trained on, what is asked, and which baselines there are to beat. */
package sensorium.multimodal.stamps;
