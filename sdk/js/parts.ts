/** What the script for web pages and the overlay have in common. */

/** The path of the page, with the route of applications that keep it in the fragment, such as #/orders. */
export function path(at: { pathname: string; hash: string }): string {
  const route = /^#!?\/[^?]*/.exec(at.hash)?.[0] ?? '';
  return at.pathname + (/[=&]/.test(route) ? '' : route);
}

/** The class of a viewport of that many pixels: in another class, the same place on a page means something else. */
export function viewport(width: number): string {
  return width < 768 ? 'mobile' : width < 1024 ? 'tablet' : 'desktop';
}

/** The bytes of a text in base64, as in addresses or with + and /. */
export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
}
