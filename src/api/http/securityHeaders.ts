import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * The page runs its own scripts and styles alone; pictures are object URLs that it made of fetched
 * bytes; 'self' of connect-src includes the socket. Nobody may frame it.
 */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

/** The page of the API's document: its viewer draws arrows and locks from `data:` of its own styles. */
export const viewerPolicy: RequestHandler = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: { ...contentSecurityPolicy.directives, imgSrc: ["'self'", 'data:'] },
});

const headers = helmet({
  contentSecurityPolicy,
  frameguard: { action: 'deny' },
  // Whether a name is for TLS alone knows who ends TLS: it is a proxy, and the name may have other ports.
  strictTransportSecurity: false,
});

export const securityHeaders: RequestHandler = (request, response, next) => {
  response.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
  headers(request, response, next);
};

/** Answers of the API are about one person at one moment: nothing on the way keeps them. */
export const neverStored: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};
