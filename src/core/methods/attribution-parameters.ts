/** Attribution pruning: the signed sum, or its absolute value. */
import { choice, group } from "../parameters/describe.ts";

export const attributionParameters = group({
  section: "allocation",
  redo: "plan",
  methods: ["attribution"],
  specs: {
    attributionSign: choice("Sign", "signed", { signed: "signed", absolute: "absolute" }),
  },
});
