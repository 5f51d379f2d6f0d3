package org.dpsieve.pick;

import java.io.Serializable;

/**
 * Trust levels of a run for another property.
 *
 * @param measure what they are on
 * @param band {@code model_devi_p_trust_lo/_hi}, in the property's unit
 */
public record PropertyTrust(Measure measure, TrustBand band) implements Serializable {}
