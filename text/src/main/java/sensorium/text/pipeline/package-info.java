/**
 * The tokenizers of published text models as Hugging Face's {@code tokenizer.json} puts them together: added tokens are cut out of the
 * text, the rest is normalised, cut into words, and each word is cut into subwords; special tokens go around. Equal, token for token,
 * to the reference implementation (huggingface/tokenizers).
 */
package sensorium.text.pipeline;
