/* The lists of names in the schema of the report, from the tables. */
#include "fragments.h"

#include "base/cleanup.h"
#include "explain/refusals.h"
#include "plan/ceilings.h"
#include "supervise/result.h"

/* @name_at: NULL past the last one */
static void add_names(const char *(*name_at)(int i), struct text *ret)
{
	const char *separator = "", *name;

	for (int i = 0; (name = name_at(i)); i++) {
		text_add(ret, "%s          \"%s\"", separator, name);
		separator = ",\n";
	}
	text_add(ret, "\n");
}

static const char *end_at(int i)
{
	return i < N_ENDS ? ends[i].name : NULL;
}

static const char *guarantee_at(int i)
{
	return i < N_GUARANTEES ? guarantees[i].name : NULL;
}

static const char *mechanism_at(int i)
{
	return i < N_MECHANISMS ? mechanisms[i].name : NULL;
}

static void add_ends(struct text *ret)
{
	add_names(end_at, ret);
}

static void add_mechanisms(struct text *ret)
{
	add_names(mechanism_at, ret);
}

static void add_ceilings(struct text *ret)
{
	add_names(ceiling_name, ret);
}

static void add_layers(struct text *ret)
{
	add_names(refusal_layer_name, ret);
}

static void add_guarantees(struct text *ret)
{
	text_add(ret, "      \"required\": [\n");
	add_names(guarantee_at, ret);
	text_add(ret, "      ],\n      \"properties\": {\n");
	for (int g = 0; g < N_GUARANTEES; g++)
		text_add(ret, "        \"%s\": {\"$ref\": \"#/$defs/guarantee\"}%s\n",
			 guarantees[g].name, g + 1 < N_GUARANTEES ? "," : "");
	text_add(ret, "      }\n");
}

const struct fragment schema_fragments[] = {
	{ "ceiling-names", add_ceilings },
	{ "end-names", add_ends },
	{ "guarantee-members", add_guarantees },
	{ "layer-names", add_layers },
	{ "mechanism-names", add_mechanisms },
};
const size_t n_schema_fragments = ARRAY_SIZE(schema_fragments);
