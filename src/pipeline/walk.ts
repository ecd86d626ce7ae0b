import type { DirConfig } from './dir-config.ts';
import type { RequestRecord } from './request.ts';
import type { Section } from './section.ts';

/** `base` with every section laid over it that matches, in order; the same object when none does. */
function mergeMatching(
  req: RequestRecord,
  base: DirConfig,
  sections: readonly Section[],
  subjectOf: (section: Section) => string,
): DirConfig {
  const merges = req.server.gateway.dirMerges;
  let matched: DirConfig | undefined;
  for (const section of sections) {
    if (!section.matches(subjectOf(section), req)) continue;
    matched = matched ? matched.mergeWith(section.config, merges) : section.config;
  }
  return matched ? base.mergeWith(matched, merges) : base;
}

/**
 * Lays `<Location>` and `<LocationMatch>` over the request's config. Plain ones see the URI with its slashes merged,
 * regular expressions see it as it is.
 *
 * @source httpd server/request.c `ap_location_walk`
 */
export function locationWalk(req: RequestRecord): void {
  const sections = req.server.locationSections;
  if (sections.length === 0) return;
  const merged = req.uri.includes('//') ? req.uri.replace(/\/{2,}/g, '/') : req.uri;
  req.dirConfig = mergeMatching(req, req.dirConfig, sections, (section) =>
    section.kind === 'locationMatch' ? req.uri : merged,
  );
}

/** Lays `<Files>` and `<FilesMatch>` over the request's config. @source httpd `ap_file_walk` */
export function fileWalk(req: RequestRecord): void {
  const sections = req.dirConfig.files;
  if (sections.length === 0 || !req.filename) return;
  const name = req.filename.slice(req.filename.lastIndexOf('/') + 1);
  req.dirConfig = mergeMatching(req, req.dirConfig, sections, () => name);
}

/** Lays `<Proxy>` and `<ProxyMatch>` over the request's config. @source httpd mod_proxy.c `proxy_walk` */
export function proxyWalk(req: RequestRecord, url: string): void {
  req.dirConfig = mergeMatching(req, req.dirConfig, req.server.proxySections, () => url);
}

/**
 * Lays `<If>` chains over the request's config; those that stand in a chosen one follow after its siblings.
 *
 * @source httpd `ap_if_walk`
 */
export function ifWalk(req: RequestRecord): void {
  const merges = req.server.gateway.dirMerges;
  let pending = req.dirConfig.ifs;
  while (pending.length > 0) {
    let matched: DirConfig | undefined;
    let isChainTaken = false;
    for (const section of pending) {
      if (section.kind === 'if') isChainTaken = false;
      else if (isChainTaken) continue;
      if (!section.matches(req.uri, req)) continue;
      isChainTaken = true;
      matched = matched ? matched.mergeWith(section.config, merges) : section.config;
    }
    if (!matched) return;
    req.dirConfig = req.dirConfig.mergeWith(matched, merges);
    pending = matched.ifs;
  }
}

/** The walk that needs only the URL; done before translation, and again on top of the mapped file's config. */
export function walkLocationAndIf(req: RequestRecord): void {
  locationWalk(req);
  ifWalk(req);
}
