package sensorium.multimodal.data;

/**
 * A text that belongs to an item.
 *
 * @param language language code ("en", "pt_BR", …), empty where the folder names none
 * @param text the words, not blank
 */
public record Caption(String language, String text) {}
