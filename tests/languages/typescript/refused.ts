// What the types must refuse: each line below the comment would compile if they were any weaker.
import type { Client } from "openapi-fetch";
import type { paths } from "./schema.js";

export async function refused(client: Client<paths>, simulation_id: string, text: Buffer) {
  const params = { path: { simulation_id } };
  // @ts-expect-error: there is no such path.
  await client.GET("/simulations/{simulation_id}/results", { params });
  // @ts-expect-error: this operation is a POST.
  await client.GET("/simulations/statuses", {});
  // @ts-expect-error: the parameter of the path has another name.
  await client.GET("/simulations/{simulation_id}/result", { params: { path: { id: simulation_id } } });
  const { data, error } = await client.GET("/simulations/{simulation_id}/result", { params });
  // @ts-expect-error: there is no such table.
  data?.timeseries;
  // @ts-expect-error: a column may hold text, too.
  data?.time_series["Voltage [V]"]?.map((value: number) => value);
  // @ts-expect-error: the word of an error is called error_code.
  error?.code;
  const protocol_experiment = { protocol: text, name: "bytes" };
  // @ts-expect-error: a protocol is text, not bytes.
  await client.POST("/protocols/parse-to-template", { body: { protocol_experiment } });
  await client.POST("/simulations/with-template/batch", {
    // @ts-expect-error: requests are closed, and this field is misspelt.
    body: { parametrized_model: "m", experiment_template_id: "t", experiment_parameter_sets: [{}] },
  });
}
