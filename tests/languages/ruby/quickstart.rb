# A first simulation: a protocol in, numbers out. Arguments: the address, the key, a protocol's file.
require "uri"
require "ionworks_client"

include IonworksClient

address, key, file = ARGV
IonworksClient.configure do |config|
  uri = URI(address)
  config.scheme = uri.scheme
  config.host = "#{uri.host}:#{uri.port}"
  config.server_index = nil
  config.api_key["ApiKey"] = key
end
simulations = SimulationsApi.new

model = ParameterizedModelsApi.new.list_parameterized_models(limit: 100).items.find do |each|
  each.name == "Chen2020 SPM"
end
parsed = ProtocolsApi.new.parse_protocol_to_template(
  ProtocolToTemplate.new(
    protocol_experiment: ProtocolExperiment.new(protocol: File.read(file), name: "from Ruby")
  )
)
submitted = simulations.create_simulation_batch(
  SimulationBatch.new(
    parameterized_model: model.id,
    experiment_template_id: parsed.template_id,
    experiment_parameter_sets: [{}]
  )
).first

query = SimulationStatusQuery.new(simulation_ids: [submitted.simulation_id])
status = nil
until ["completed", "failed", "canceled"].include?(status)
  sleep 0.1 if status
  status = simulations.list_simulation_statuses(query).first.status
end
simulation = simulations.get_simulation(submitted.simulation_id)
# The generator knows no type for a table of columns: it is taken as it comes.
result = simulations.get_simulation_result(simulation.id, debug_return_type: "Object")

require "json"

refused = begin
  simulations.get_simulation("none")
rescue ApiError => error
  [error.code, JSON.parse(error.response_body)["error_code"]]
end

puts JSON.generate(
  simulation_id: simulation.id,
  status: simulation.status,
  capacity: simulation.metrics["Discharge capacity [A.h]"],
  time: result[:time_series][:"Time [s]"],
  voltage: result[:time_series][:"Voltage [V]"],
  steps: result[:steps][:"Step type"],
  refused: refused
)
