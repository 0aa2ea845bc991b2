# Checks and normalises the definitions of a table's global secondary indexes.
#
# DynamoDB indexes live inside the table, so this module makes nothing: it answers with the index definitions, complete
# with every default, and with exactly those attributes that the table must declare. (DynamoDB refuses a table that
# declares an attribute no key uses, and an index on an attribute that is not declared.)

locals {
  indexes = [
    for index in var.indexes : {
      name               = index.name
      hash_key           = index.partition_key
      range_key          = index.sort_key
      projection_type    = index.projection
      non_key_attributes = index.projection == "INCLUDE" ? sort(index.include) : null
    }
  ]

  used_attributes = distinct(compact(concat(
    var.table_keys,
    [for index in local.indexes : index.hash_key],
    [for index in local.indexes : index.range_key],
  )))
}
