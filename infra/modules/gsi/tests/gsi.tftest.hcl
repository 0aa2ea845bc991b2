variables {
  table_keys = ["PK", "SK"]
  attributes = { PK = "S", SK = "S", email = "S", activeKey = "S", dateCreated = "S", unused = "N" }
  indexes = [
    { name = "EmailIndex", partition_key = "email" },
    { name = "ActiveIndex", partition_key = "activeKey", sort_key = "dateCreated" },
  ]
}

run "normalises" {
  command = plan

  assert {
    condition     = output.indexes["EmailIndex"].projection_type == "ALL" && output.indexes["EmailIndex"].range_key == null
    error_message = "An index without sort key and projection gets none and ALL."
  }

  assert {
    condition     = output.indexes["ActiveIndex"].hash_key == "activeKey" && output.indexes["ActiveIndex"].range_key == "dateCreated"
    error_message = "Keys are taken over."
  }
}

run "declares_exactly_what_keys_use" {
  command = plan

  assert {
    condition     = keys(output.attributes) == ["PK", "SK", "activeKey", "dateCreated", "email"]
    error_message = "DynamoDB refuses an attribute that no key uses: ${join(", ", keys(output.attributes))}"
  }
}

run "sorts_included_attributes" {
  command = plan

  variables {
    indexes = [{ name = "EmailIndex", partition_key = "email", projection = "INCLUDE", include = ["b", "a"] }]
  }

  assert {
    condition     = output.indexes["EmailIndex"].non_key_attributes == tolist(["a", "b"])
    error_message = "The order of included attributes must not make a difference."
  }
}

run "refuses_an_undeclared_attribute" {
  command         = plan
  expect_failures = [var.indexes]

  variables {
    indexes = [{ name = "EmailIndex", partition_key = "mail" }]
  }
}

run "refuses_an_undeclared_sort_key" {
  command         = plan
  expect_failures = [var.indexes]

  variables {
    indexes = [{ name = "EmailIndex", partition_key = "email", sort_key = "created" }]
  }
}

run "refuses_a_boolean_key" {
  command         = plan
  expect_failures = [var.attributes]

  variables {
    attributes = { PK = "S", SK = "S", email = "S", activeKey = "BOOL", dateCreated = "S" }
  }
}

run "refuses_a_name_twice" {
  command         = plan
  expect_failures = [var.indexes]

  variables {
    indexes = [
      { name = "EmailIndex", partition_key = "email" },
      { name = "EmailIndex", partition_key = "activeKey" },
    ]
  }
}

run "refuses_inclusion_without_attributes" {
  command         = plan
  expect_failures = [var.indexes]

  variables {
    indexes = [{ name = "EmailIndex", partition_key = "email", projection = "INCLUDE" }]
  }
}

run "example" {
  command = plan

  module {
    source = "./examples/complete"
  }

  assert {
    condition     = length(output.indexes) == 2
    error_message = "The example normalises two indexes."
  }
}
