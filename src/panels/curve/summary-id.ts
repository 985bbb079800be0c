/** Names the text that the slider is described by, once there is a curve. */
export const CURVE_SUMMARY = "curve-summary";
