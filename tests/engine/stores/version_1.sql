BEGIN TRANSACTION;
CREATE TABLE descriptions (
	name VARCHAR(160) NOT NULL, 
	body JSON NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE documents (
	content VARCHAR(64) NOT NULL, 
	body JSON NOT NULL, 
	PRIMARY KEY (content)
);
INSERT INTO "documents" VALUES('a1e07629fcfce01d22564eba8ac2d7f86d28941e0ab817894d95cdbb65d7d1f0','{"model":{"type":"SPM","module":"lithium_ion","options":{}},"parameters":{"set":"Chen2020"},"simulation_settings":null}');
INSERT INTO "documents" VALUES('945f75187b4c9956fbe07db04e3119f01600b53b5270c0a1642d87b44ee6c208','{"global":{"initial_soc":1,"temperature":25},"steps":[{"direction":"Discharge","mode":"C-rate","value":1,"ends":[{"variable":"Voltage [V]","value":2.5}]}]}');
CREATE TABLE experiment_templates (
	seq INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	project_id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT, 
	content VARCHAR(64) NOT NULL, 
	protocol_config JSON, 
	parameters_schema JSON, 
	source_protocol TEXT, 
	draft BOOLEAN NOT NULL, 
	created_by_email TEXT, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (project_id, content), 
	UNIQUE (id)
);
INSERT INTO "experiment_templates" VALUES(1,'563d692f-7ecf-4054-81ad-674485428ece','efa6f0e8-5f26-438b-a7f2-f704238e7d44','run',NULL,'945f75187b4c9956fbe07db04e3119f01600b53b5270c0a1642d87b44ee6c208','{"global":{"initial_soc":1,"temperature":25},"steps":[{"direction":"Discharge","mode":"C-rate","value":1,"ends":[{"variable":"Voltage [V]","value":2.5}]}]}','{}','{"global": {"initial_soc": 1, "temperature": 25}, "steps": [{"direction": "Discharge", "mode": "C-rate", "value": 1, "ends": [{"variable": "Voltage [V]", "value": 2.5}]}]}',0,'local@localhost','2026-11-21T18:36:18.695999+00:00','2026-11-21T18:36:18.695999+00:00');
CREATE TABLE facts (
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('schema_version','1');
CREATE TABLE jobs (
	seq INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	job_type VARCHAR(32) NOT NULL, 
	subject_id VARCHAR(36) NOT NULL, 
	affinity VARCHAR(64) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	priority INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	lease_owner VARCHAR(36), 
	lease_expires VARCHAR(32), 
	error TEXT, 
	error_code VARCHAR(64), 
	result JSON, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (id)
);
INSERT INTO "jobs" VALUES(1,'68f93c4c-bcd5-4116-805a-8bffb7057e09','simulate','302ba164-93de-41e2-abca-2e98f3f647f0','a1e07629fcfce01d22564eba8ac2d7f86d28941e0ab817894d95cdbb65d7d1f0','completed',5,1,NULL,NULL,NULL,NULL,'{"simulation_id":"302ba164-93de-41e2-abca-2e98f3f647f0"}','2026-11-21T18:36:18.701109+00:00','2026-11-21T18:36:18.745080+00:00');
CREATE TABLE models (
	seq INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	project_id VARCHAR(36), 
	name TEXT NOT NULL, 
	description TEXT, 
	config JSON, 
	simulation_settings JSON, 
	pybamm_version VARCHAR(32), 
	chemistry VARCHAR(64), 
	is_custom_model BOOLEAN NOT NULL, 
	source_model_id VARCHAR(64), 
	created_by_email TEXT, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (id)
);
CREATE TABLE parameterized_models (
	seq INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	project_id VARCHAR(36), 
	cell_spec_id VARCHAR(36), 
	model_id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT, 
	parameters JSON, 
	simulation_settings JSON, 
	created_by_email TEXT, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (id)
);
CREATE TABLE projects (
	seq INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	description TEXT, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (id)
);
INSERT INTO "projects" VALUES(1,'efa6f0e8-5f26-438b-a7f2-f704238e7d44','Default project',NULL,'2026-11-21T18:36:18.618243+00:00','2026-11-21T18:36:18.618243+00:00');
CREATE TABLE simulations (
	seq INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	job_id VARCHAR(36) NOT NULL, 
	project_id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	content VARCHAR(64) NOT NULL, 
	cell VARCHAR(64) NOT NULL, 
	protocol VARCHAR(64) NOT NULL, 
	parameterized_model_id VARCHAR(64), 
	model_name TEXT, 
	experiment_template_id VARCHAR(36) NOT NULL, 
	study_id VARCHAR(36), 
	experiment_parameters JSON, 
	design_parameters JSON, 
	extra_variables JSON, 
	max_backward_jumps INTEGER, 
	storage_folder TEXT, 
	time_series_file VARCHAR(64), 
	steps_file VARCHAR(64), 
	metrics JSON, 
	created_by_email TEXT, 
	created_at VARCHAR(32) NOT NULL, 
	updated_at VARCHAR(32) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (id), 
	UNIQUE (job_id)
);
INSERT INTO "simulations" VALUES(1,'302ba164-93de-41e2-abca-2e98f3f647f0','68f93c4c-bcd5-4116-805a-8bffb7057e09','efa6f0e8-5f26-438b-a7f2-f704238e7d44','run','1a8f4015147a6809fb0ce22016899edc1b03a4aed111342ba92de0cd22dab483','a1e07629fcfce01d22564eba8ac2d7f86d28941e0ab817894d95cdbb65d7d1f0','945f75187b4c9956fbe07db04e3119f01600b53b5270c0a1642d87b44ee6c208','system-chen2020-spm','Chen2020 SPM','563d692f-7ecf-4054-81ad-674485428ece',NULL,'{}','{}','[]',1000,'simulations/302ba164-93de-41e2-abca-2e98f3f647f0','cfe10d4fa589b9e589b0108474965c054d6cbb3d5335bc16bea94a4c667577ee','8d7881adcbca646d454c06b3439e71d5421c09d4835f9e3280cc0d984c5eaec1','{"affinity":null}','local@localhost','2026-11-21T18:36:18.701109+00:00','2026-11-21T18:36:18.745503+00:00');
CREATE INDEX ix_models_project_id ON models (project_id);
CREATE INDEX ix_parameterized_models_model_id ON parameterized_models (model_id);
CREATE INDEX ix_parameterized_models_project_id ON parameterized_models (project_id);
CREATE INDEX ix_simulations_time_series_file ON simulations (time_series_file);
CREATE INDEX ix_simulations_experiment_template_id ON simulations (experiment_template_id);
CREATE INDEX ix_simulations_study_id ON simulations (study_id);
CREATE INDEX ix_simulations_steps_file ON simulations (steps_file);
CREATE INDEX ix_simulations_cell ON simulations (cell);
CREATE INDEX ix_simulations_protocol ON simulations (protocol);
CREATE INDEX simulations_by_content ON simulations (project_id, content);
CREATE INDEX ix_simulations_parameterized_model_id ON simulations (parameterized_model_id);
CREATE INDEX jobs_by_turn ON jobs (status, priority DESC, seq);
COMMIT;
