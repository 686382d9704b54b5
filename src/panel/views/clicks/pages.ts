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

/** Which page a picture is of. */
export interface Shown {
  /** Its path; undefined where the answer is about several pages. */
  page?: string;
  viewport: string;
}

/** The class of a viewport of that many pixels, as the script for web pages (sdk/js) cuts them. */
export function viewportOf(width: number): string {
  return width < 768 ? 'mobile' : width < 1024 ? 'tablet' : 'desktop';
}

/**
 * The address of a page's image by a template with ${page} and ${viewport}; undefined where it needs a page that is not known, or what is put
 * in leads anywhere else than the template does. Slashes stay slashes, and a path that ends in one goes on with "index", so that a folder
 * of images can have the form of the site. Relative addresses are Grafana's own.
 */
export function imageBy(template: string, { page, viewport }: Shown): string | undefined {
  if (!isTemplate(template) || (page === undefined && template.includes('${page}'))) {
    return undefined;
  }
  const path = (page ?? '').replace(/^\//, '').replace(/(^|\/)$/, '$1index');
  const parts = [...path.split('/'), viewport];
  if (parts.some((part) => /^\.{0,2}$|\p{Surrogate}/u.test(part)) || path.length > 500) {
    return undefined;
  }
  return template
    .trim()
    .replaceAll('${page}', path.split('/').map(encodeURIComponent).join('/'))
    .replaceAll('${viewport}', encodeURIComponent(viewport));
}

/** Reports whether a template has the address of a web server, or a path on Grafana's, and its placeholders after it. */
export function isTemplate(template: string): boolean {
  return template.length <= 2000 && /^(https?:\/\/[^\s/?#$\\]+)?\/(?![/\\])[^\s\\]*$/i.test(template.trim());
}
