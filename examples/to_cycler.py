"""Write a protocol in Python, read it back in words, simulate it, and take it to a cycler."""

from ionworks import Ionworks, ucp

CYCLE = (
    ucp.Protocol()
    .charge(c_rate=0.5, hold_voltage=4.2, until="C-rate < 0.05")
    .rest(600)
    .discharge(c_rate=1, until="Voltage < 2.8")
    .rest(600)
)
protocol = (
    ucp.Protocol(initial_soc=0.5, temperature=25)
    .safety(max_voltage=4.3, min_voltage=2.5)
    .repeat(3, CYCLE, name="Cycle")
)
print(ucp.explain(protocol))
print(ucp.dump(protocol))

with Ionworks.local() as client:
    models = {model.name: model for model in client.parameterized_model.list_by_project()}
    run = client.simulation.protocol(
        {
            "parameterized_model": models["Chen2020 SPM"].id,
            "protocol_experiment": {"protocol": protocol, "name": "Three cycles"},
        }
    )
    client.simulation.wait_for_completion(run.simulation_id)
    result = client.simulation.get_result(run.simulation_id)
    print(result.steps.select("Step count", "Cycle count", "Step type", "Duration [s]", "Ended by"))

    for target in ("maccor", "neware", "biologic_mps"):
        file = client.protocol.convert(protocol, target, nominal_capacity_ah=5, verify=True)
        print(f"{target}: {[str(path) for path in file.save('out')]}")
        for note in file.notes:
            print(f"  {note}")

    again = client.protocol.parse_file("out/protocol.000")
    print(again.human_readable)
