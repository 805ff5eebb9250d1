# The worker and the gateway: one image, two commands (see docker-compose.yml).

FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
# tsc, then the workflow bundle, so that a worker starts at once and all of a build run the same code.
RUN npm run build && npm prune --omit=dev

FROM node:20-slim
# Temporal's native client verifies TLS by the system's certificates, which the slim image leaves out.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY scripts/onetouch.mjs ./scripts/
USER node
# Node as process 1 gets SIGTERM itself: a worker drains, the gateway finishes what it answers.
CMD ["node", "dist/worker.js"]
