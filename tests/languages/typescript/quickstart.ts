// A first simulation: a protocol in, numbers out. Arguments: the address, the key, a protocol's file.
import { readFile } from "node:fs/promises";
import { argv } from "node:process";
import { setTimeout } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Failure = components["schemas"]["Error"];
type Status = components["schemas"]["SimulationStatus"];

const [address, key, file] = argv.slice(2);
if (!address || !key || !file) throw new Error("needs an address, a key and a file");
const client = createClient<paths>({ baseUrl: address, headers: { "X-API-Key": key } });

/** The data of an answer, or its error thrown. */
function held<T>(answer: { data?: T; error?: Failure }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.error?.error_code}: ${answer.error?.message}`);
  }
  return answer.data;
}

function first<T>(list: readonly T[]): T {
  const [found] = list;
  if (found === undefined) throw new Error("nothing was answered");
  return found;
}

async function ended(simulation: string): Promise<Status> {
  for (;;) {
    const body = { simulation_ids: [simulation], limit: 1 };
    const status = first(held(await client.POST("/simulations/statuses", { body })));
    if (["completed", "failed", "canceled"].includes(status.status)) return status;
    await setTimeout(100);
  }
}

const models = held(await client.GET("/parameterized_models", { params: { query: { limit: 100 } } }));
const model = models.items.find((each) => each.name === "Chen2020 SPM");
if (!model) throw new Error("there is no Chen2020 SPM");

const protocol = { protocol: await readFile(file, "utf8"), name: "from TypeScript" };
const { template_id } = held(
  await client.POST("/protocols/parse-to-template", { body: { protocol_experiment: protocol } }),
);
const submitted = held(
  await client.POST("/simulations/with-template/batch", {
    body: {
      parameterized_model: model.id,
      experiment_template_id: template_id,
      experiment_parameter_sets: [{}],
    },
  }),
);
const { simulation_id } = first(submitted);
const status = await ended(simulation_id);
const params = { path: { simulation_id } };
const result = held(await client.GET("/simulations/{simulation_id}/result", { params }));
const { error, response } = await client.GET("/simulations/{simulation_id}", {
  params: { path: { simulation_id: "none" } },
});

const capacity: unknown = result.metrics["Discharge capacity [A.h]"];
console.log(
  JSON.stringify({
    simulation_id,
    status: status.status,
    capacity,
    time: result.time_series["Time [s]"],
    voltage: result.time_series["Voltage [V]"],
    steps: result.steps["Step type"],
    refused: [response.status, error?.error_code],
  }),
);
