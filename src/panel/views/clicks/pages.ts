/** What a page looks like, for the clicks to lie upon. */
export interface PageImage {
  /** An address, or the image itself as a data URL. */
  image: string;
  /** How wide the page is in it, in the unit of the events. */
  width: number;
}

export const maxPages = 5;
/** The longest image that is kept in a panel, in bytes of its data URL. */
export const maxImageBytes = 500_000;

/** Reports whether an image may be shown: pictures only, no documents, which can hold scripts. */
export function isImage(image: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(image)
    ? image.length <= 2000
    : image.length <= maxImageBytes && /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/.test(image);
}

/** The image whose page is about as wide as the clicks reach; undefined where there is none. */
export function imageFor(pages: PageImage[], width: number): PageImage | undefined {
  const distance = (page: PageImage) => Math.abs(Math.log(page.width / width));
  return pages
    .slice(0, maxPages)
    .filter((page) => page.width > 0 && isImage(page.image))
    .sort((a, b) => distance(a) - distance(b))[0];
}
