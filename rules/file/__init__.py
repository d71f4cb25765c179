"""The file as it is written: values that know their place, typed, and what is wrong with them."""
