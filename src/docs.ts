/** Where the documentation is. */
export const docs = 'https://github.com/footfall-analytics/footfall/blob/main/docs';
