/** The menu of what is wanted now and then; what stands in it comes when it is first opened. */
import { useState } from "react";
import { PartPanel } from "../PartPanel.tsx";
import texts from "../shared/text.module.css";
import { createPartStore } from "../use-part.ts";
import { Menu } from "./Menu.tsx";

const items = createPartStore(() => import("./MoreItems.tsx"));

export function MoreMenu() {
  const [opened, setOpened] = useState(false);
  return (
    <Menu name="More" face="More" title="Constants, files, theme and help" onOpen={() => setOpened(true)}>
      {opened && <PartPanel store={items} name="The menu" waiting={<p className={texts.note}>loading</p>} />}
    </Menu>
  );
}
