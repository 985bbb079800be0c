/** Whether the picture is cut into frames, where the model can, and what that takes. */
import { cropGrid } from "../models/image/frame-grid.ts";
import controls from "./shared/controls.module.css";
import texts from "./shared/text.module.css";
import { useActions, useSelect } from "./use-workbench.ts";

export function SplitChoice() {
  const { input: actions } = useActions();
  const summary = useSelect((state) => (state.model.status === "ready" ? state.model.summary : null));
  const picture = useSelect((state) => state.input.picture?.picture ?? null);
  const split = useSelect((state) => state.input.split);
  const splitting = summary?.splitsPictures ? summary.splitting : null;
  if (!summary || !splitting || !picture) return null;
  if (Math.max(picture.width, picture.height) <= splitting.frameSize) return null;
  const { rows, columns } = cropGrid(picture, splitting);
  const frames = rows * columns + 1;
  const tokens = frames * summary.imageTokens;
  return (
    <div>
      <label className={controls.check}>
        <input
          type="checkbox"
          checked={split}
          aria-describedby="split-text"
          onChange={(event) => actions.setSplit(event.currentTarget.checked)}
        />
        Split picture into frames
      </label>
      <p id="split-text" className={texts.note}>
        {rows} × {columns} crops and the whole picture, for more detail: {tokens.toLocaleString("en-US")} image tokens
        instead of {summary.imageTokens}.
        {tokens >= summary.maximumTokens &&
          ` They do not fit the model's ${summary.maximumTokens.toLocaleString("en-US")} positions.`}
      </p>
    </div>
  );
}
