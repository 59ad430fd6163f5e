package sensorium.multimodal.stamps;

/** The four questions of the protocol, each further from what was trained on. */
public enum Tier {
    T0("seen items, freshly perturbed: text, speech and sound to the picture, among all training pictures"),
    T1("known name, new picture: picture to name"),
    T2("a language never trained on: caption to picture"),
    T3("names never seen: the folder of the nearest training picture");

    private final String question;

    Tier(String question) {
        this.question = question;
    }

    public String question() {
        return question;
    }
}
