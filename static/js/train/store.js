/**
 * Trainings kept in the browser, so that who leaves the page finds them again: the history, the last checkpoint and a
 * bounded number of moments, by what the settings ask for. Where storage is closed, nothing is kept and nothing fails.
 *
 * @typedef {import("./history.js").Moment} Moment
 * @typedef {import("./trainer.js").Saved} Saved
 * @typedef {{ key: string, at: number, step: number, saved: Saved }} Kept   key: digest of what the settings ask for; at: milliseconds
 */

const NAME = "unrolled-training";
/** Trainings that are kept: the newest. */
export const MOST_KEPT = 4;
/** Numbers that the kept moments of one run may hold together. */
const MOST_NUMBERS = 1_000_000;

/** @template R @param {IDBRequest<R>} request @returns {Promise<R>} */
const result = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const finished = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = transaction.onerror = () => reject(transaction.error);
});

/** @param {IDBFactory} factory @returns {Promise<IDBDatabase>} */
function open(factory) {
  const request = factory.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("trainings", { keyPath: "key" });
    request.result.createObjectStore("moments");
  };
  return result(request);
}

/** A short name for a long text: 64 bits of FNV-1a, in two halves. @param {string} text */
export function digest(text) {
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < text.length; i += 1) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/** All of one training's moments. @param {string} key */
const momentsOf = (key) => IDBKeyRange.bound([key], [key, []]);

/** @param {IDBFactory} [factory] */
export function createStore(factory = globalThis.indexedDB) {
  /** @type {IDBDatabase | null} */
  let database = null;
  /** Moments that stand in the store already. @type {WeakMap<Moment, string>} */
  const written = new WeakMap();
  let queue = Promise.resolve();

  /** One after the other; null where storage fails or is closed. @template R @param {(db: IDBDatabase) => Promise<R>} action @returns {Promise<R | null>} */
  function use(action) {
    const outcome = queue.then(async () => action((database ??= await open(factory)))).catch(() => null);
    queue = outcome.then(() => undefined);
    return outcome;
  }

  /** At once, without waiting for anything: the page may be on its way out. @param {any} record */
  function writeRecord(record) {
    try {
      const transaction = database?.transaction("trainings", "readwrite");
      transaction?.objectStore("trainings").put(record);
      transaction?.commit();
    } catch {
      database = null; // closed by the browser: it is opened anew
    }
  }

  return {
    /** @param {Kept} kept */
    save(kept) {
      const { record, moments } = pack(kept);
      writeRecord(record);
      return use(async (db) => {
        const transaction = db.transaction(["trainings", "moments"], "readwrite");
        const trainings = transaction.objectStore("trainings");
        const store = transaction.objectStore("moments");
        trainings.put(record);
        const there = new Set((await result(store.getAllKeys(momentsOf(kept.key)))).map(String));
        for (const [run, moment] of moments) {
          const name = [kept.key, run, moment.step];
          if (!there.delete(String(name)) || written.get(moment) !== kept.key) store.put(moment, name);
          written.set(moment, kept.key);
        }
        for (const name of there) store.delete(keyOf(name, kept.key));
        await forget(trainings, store);
        await finished(transaction);
      });
    },
    /** What is kept of these settings, whole. @param {string} key @returns {Promise<Kept | null>} */
    async load(key) {
      return use(async (db) => {
        const transaction = db.transaction(["trainings", "moments"]);
        const record = await result(transaction.objectStore("trainings").get(key));
        if (!record) return null;
        const store = transaction.objectStore("moments");
        const [names, moments] = await Promise.all([result(store.getAllKeys(momentsOf(key))), result(store.getAll(momentsOf(key)))]);
        moments.forEach((moment, i) => record.saved.training.runs[/** @type {any} */ (names[i])[1]]?.moments.push(moment));
        return record;
      });
    },
    /** How far a training of these settings has come; 0: there is none. @param {string} key */
    async stepOf(key) {
      return (await use(async (db) => result(db.transaction("trainings").objectStore("trainings").get(key))))?.step ?? 0;
    },
    /** @param {string} key */
    remove: (key) => use(async (db) => {
      const transaction = db.transaction(["trainings", "moments"], "readwrite");
      transaction.objectStore("trainings").delete(key);
      transaction.objectStore("moments").delete(momentsOf(key));
      await finished(transaction);
    }),
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/** A name as it was written. @param {string} text  the key, the run and the step, joined by commas @param {string} key @returns {IDBValidKey} */
const keyOf = (text, key) => [key, ...text.slice(key.length + 1).split(",").map(Number)];

/** Only the newest trainings stay. @param {IDBObjectStore} trainings @param {IDBObjectStore} moments */
async function forget(trainings, moments) {
  const all = await result(trainings.getAll());
  for (const { key } of all.sort((a, b) => b.at - a.at).slice(MOST_KEPT)) {
    trainings.delete(key);
    moments.delete(momentsOf(key));
  }
}

/** The record without its moments, and those that are to be kept, each with its run. @param {Kept} kept */
export function pack(kept) {
  const { training, ...rest } = kept.saved;
  const runs = training.runs.map((run) => ({ ...run, loss: trim(run.loss), gradientNorm: trim(run.gradientNorm), clipped: trim(run.clipped), moments: [] }));
  const moments = training.runs.flatMap((run, i) => thin(run.moments).map((moment) => /** @type {[number, Moment]} */ ([i, moment])));
  return { record: { ...kept, saved: { ...rest, training: { ...training, runs } } }, moments };
}

/** @param {import("./history.js").Numbers} series */
const trim = ({ values, length }) => ({ values: values.slice(0, length), length });

/** The first, the newest, and evenly spaced ones between. @param {Moment[]} moments */
function thin(moments) {
  const size = Math.max(1, ...moments.slice(-1).map(({ trace: { T, H } }) => T * (8 * H + 2 * T)));
  const every = Math.ceil((moments.length * size) / MOST_NUMBERS);
  return moments.filter((_, i) => i % every === 0 || i === moments.length - 1);
}
