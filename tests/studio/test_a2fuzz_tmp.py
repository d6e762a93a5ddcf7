from tests.studio.test_fuzz import *  # noqa
from tests.studio import test_fuzz as tf
import pytest
del test_a_few_of_each, test_many_of_each
@pytest.mark.parametrize("part",["takes","play","drafts","experiments"])
def test_mine(schema, real, part):
    sub = schema.include(path_regex=f"/api/v1/{part}.*")
    tf.called(sub, real, 12)
