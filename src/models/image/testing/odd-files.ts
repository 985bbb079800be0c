/** Where an odd picture of the tests lies. */
export const oddPicture = (file: string) => new URL(`./odd/${file}`, import.meta.url);
