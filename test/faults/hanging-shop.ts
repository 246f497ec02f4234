/** Preloaded into a process (`--import`): every shop takes its questions and never answers. */
globalThis.fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
  });
