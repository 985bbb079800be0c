/** What the colours of the two towers' bars mean, as the first entries of a chart's key. */
import key from "./key.module.css";
import towers from "./towers.module.css";

export function TowerKey() {
  return (
    <>
      <li>
        <i className={`${key.swatch} ${towers.swatchVision}`} />
        vision neurons kept
      </li>
      <li>
        <i className={`${key.swatch} ${towers.swatchText}`} />
        text neurons kept
      </li>
    </>
  );
}
