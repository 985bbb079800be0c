/** What the colours and lines of the retention chart mean. */
import { memo } from "react";

export interface RetentionKeyProps {
  readonly withCmds: boolean;
  /** Name of the second plan. */
  readonly second: string | null;
}

export const RetentionKey = memo(function RetentionKey({ withCmds, second }: RetentionKeyProps) {
  return (
    <ul className="chart-key">
      <li>
        <i className="swatch swatch-vision" />
        vision neurons kept
      </li>
      <li>
        <i className="swatch swatch-text" />
        text neurons kept
      </li>
      <li>
        <i className="swatch swatch-group-kept" />
        attention group kept
      </li>
      <li>
        <i className="swatch swatch-group-gone" />
        gone
      </li>
      {second && (
        <li>
          <i className="swatch swatch-second" />
          {second}, neurons kept
        </li>
      )}
      {withCmds && (
        <li>
          <i className="swatch swatch-line" />
          CMDS of the MLP, own scale
        </li>
      )}
    </ul>
  );
});
