import type { HttpDeps } from './deps.ts';
import { type Route, route } from './route.ts';
import {
  diffView,
  dropBuild,
  getRebuild,
  listRebuilds,
  listViews,
  type RebuildAnswer,
  rebuildView,
  verifyView,
} from './schemas/views.ts';

const begun = (rebuild: RebuildAnswer) => ({
  status: 202 as const,
  body: { ok: true as const, rebuild },
  headers: { Location: `/admin/views/${rebuild.view}/rebuilds/${rebuild.build}` },
});

/** /admin/views: where the views stand, and building them anew. */
export const viewRoutes = ({ viewAdmin }: Pick<HttpDeps, 'viewAdmin'>): readonly Route[] => [
  route(listViews)(async () => ({ status: 200, body: { ok: true, views: [...(await viewAdmin.list())] } })),
  route(rebuildView)(async ({ params: { view }, body }) => begun(await viewAdmin.begin(view, 'swap', body))),
  route(verifyView)(async ({ params: { view }, body }) => begun(await viewAdmin.begin(view, 'verify', body))),
  route(listRebuilds)(async ({ params: { view } }) => ({
    status: 200,
    body: { ok: true, rebuilds: [...(await viewAdmin.rebuilds(view))] },
  })),
  route(getRebuild)(async ({ params: { view, build } }) => ({
    status: 200,
    body: { ok: true, rebuild: await viewAdmin.rebuild(view, build) },
  })),
  route(diffView)(async ({ params: { view }, query: { limit } }) => {
    const { rebuild, differences } = await viewAdmin.diff(view);
    return { status: 200, body: { ok: true, rebuild, differences: differences.slice(0, limit) } };
  }),
  route(dropBuild)(async ({ params: { view, build } }) => {
    await viewAdmin.drop(view, build);
    return { status: 202, body: { ok: true, build } };
  }),
];
