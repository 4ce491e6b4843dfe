"""Every public method of the platform's clients, and what becomes of it here.

``DRIVEN`` are called by ``drivers/calls.py`` and answered by the engine; ``OUTSIDE`` ask for paths
that the engine does not have; ``HERE`` end in the client itself.
"""

DRIVEN = {
    "": "capabilities delete get health_check patch post post_multipart pybamm_models redirect_url"
    " request request_raw resolve_measurement schema upload_multipart validate_pybamm_model_config"
    " whoami",
    "Navigator": "clear instances invalidate measurements spec specs steps time_series",
    "cell_batch": "create create_or_get delete get list update",
    "cell_instance": "create create_or_get delete detail get list update",
    "cell_measurement": "add_tags attach_raw_data create create_file create_or_get"
    " create_properties cycles delete detach_raw_data detail download_files extend get get_file"
    " list list_by_project list_files list_raw_data list_tags remove_tags steps steps_and_cycles"
    " time_series unwatch update wait_for_processing watch",
    "cell_spec": "create create_or_get delete get list related_specs update",
    "ionworks": "clear_cache get_cache_directory get_cache_enabled get_cache_ttl"
    " get_dataframe_backend set_cache_directory set_cache_enabled set_cache_ttl"
    " set_dataframe_backend",
    "job": "cancel get get_metadata get_parameter_trace get_plot_data get_posterior_samples"
    " get_series get_series_channels list",
    "model": "create delete get get_simulation_settings list update",
    "parameterized_model": "create create_or_get delete get get_parameter_values"
    " get_variable_names list_by_cell_specification list_by_project update",
    "pipeline": "cancel create delete get get_element_metadata get_element_series"
    " get_element_series_channels list result update wait_for_completion",
    "project": "create delete get list update",
    "protocol": "convert create create_or_get delete find_by_name find_input_references get"
    " human_readable list parse_file source_protocol update validate",
    "raw_data": "delete download download_url get list list_measurements update upload",
    "search": "query",
    "simple_pipeline": "cancel create delete get list update wait_for_completion",
    "simulation": "delete get get_result get_statuses list protocol protocol_batch"
    " wait_for_completion",
    "study": "assign_measurement assign_simulation create delete get list list_measurements"
    " remove_measurement remove_simulation update",
}

OUTSIDE = {
    "analysis": "Analyses of measurements are no part of the spec.",
    "channel": "The equipment of a laboratory is no part of the spec.",
    "cycler": "The equipment of a laboratory is no part of the spec.",
    "ecm": "Equivalent circuits are fitted by the platform alone.",
    "electrolyte": "Data sets of materials are no part of the spec.",
    "job.create": "Jobs are made by what they are for.",
    "lab": "The equipment of a laboratory is no part of the spec.",
    "material": "Materials are known by the specifications that name them, and found by search.",
    "material_property_dataset": "Data sets of materials are no part of the spec.",
    "model.add_custom_variable": "Models are PyBaMM's, by their names and options.",
    "model.create_from_zoo": "Models are PyBaMM's, by their names and options.",
    "model.download": "Models are PyBaMM's, by their names and options.",
    "model.serialize": "Models are PyBaMM's, by their names and options.",
    "model.upload_custom": "Models are PyBaMM's, by their names and options.",
    "model_builder": "Builders of models are no part of the spec; pipelines are.",
    "optimization": "Design optimisations are no part of the spec.",
    "organization": "Who works for whom is the platform's to keep.",
    "planned_measurement": "Plans of a laboratory are no part of the spec.",
    "project.add_member": "Who may see a project is the platform's to keep.",
    "project.invite_member": "Who may see a project is the platform's to keep.",
    "project.remove_member": "Who may see a project is the platform's to keep.",
    "project.roles": "Who may see a project is the platform's to keep.",
    "project.update_member": "Who may see a project is the platform's to keep.",
    "site": "The equipment of a laboratory is no part of the spec.",
    "urls": "Addresses of the platform's web pages.",
}

HERE = {
    "ecm.fit_from_measurements": ("ValueError", "measurements"),
    "ecm.save_to_project": ("ValidationError", "rmse_mV"),
    "job.create": ("AttributeError", "model_dump"),
    "model.create_from_zoo": ("ImportError", "pybamm-model-zoo"),
    "urls.cell_instances": ("str", ""),
    "urls.cell_specs": ("str", ""),
    "urls.material": ("str", ""),
    "urls.measurement": ("str", ""),
    "urls.model": ("str", ""),
    "urls.optimization": ("str", ""),
    "urls.parameterized_model": ("str", ""),
    "urls.pipeline": ("str", ""),
    "urls.project": ("str", ""),
    "urls.protocol": ("str", ""),
    "urls.study": ("str", ""),
}
"""Calls to the outside that end in the client: what it returns or raises, and what it names."""

ALIASES = {"measurement": "cell_measurement"}
"""Names of the same object."""

_BATCH = {
    "a cell's batch by its name": ("ValueError", "batch_id"),
    "another batch by its name": ("ValueError", "batch_id"),
}
_OF_THE_SCHEMA = {
    "an objective without its type, of an entry's data": ("ValueError", "discriminator 'type'"),
    "a PyBaMM model in an entry": ("SerialisationError", "SPM"),
}
_EVERYTHING = "simulation.list() of everything"
REFUSED_OF_GUIDES = {
    "0.38.0": {**_BATCH, **_OF_THE_SCHEMA, _EVERYTHING: ("ValueError", "Provide")},
    "0.20.0": {**_OF_THE_SCHEMA, _EVERYTHING: ("ValueError", "must be provided")},
    "own": {},
}
"""What the guides show and a client refuses before it sends it: how, and what it names."""

UNREACHED: dict[str, str] = {}
"""Operations of the spec that neither public client reaches, and why."""


def driven():
    """Return the full names of the methods of ``DRIVEN``."""
    return {
        f"{resource}.{method}".lstrip(".")
        for resource, methods in DRIVEN.items()
        for method in methods.split()
    }


def is_outside(method):
    """Tell whether a method, or all that stands with it, is outside."""
    return method in OUTSIDE or method.partition(".")[0] in OUTSIDE
