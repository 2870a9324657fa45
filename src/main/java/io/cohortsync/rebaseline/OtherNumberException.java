package io.cohortsync.rebaseline;

/** A rebaseline would forget another number of members than was said, so it changes nothing. */
public class OtherNumberException extends RuntimeException {

    private final transient Numbers numbers;

    OtherNumberException(Numbers numbers, long said) {
        super("the rebaseline would forget " + numbers.forget() + " known members, not " + said
                + ": nothing was changed");
        this.numbers = numbers;
    }

    public Numbers numbers() {
        return numbers;
    }
}
