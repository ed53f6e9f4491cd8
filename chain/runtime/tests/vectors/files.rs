//! The files of the folder of vectors.

use std::{
	collections::BTreeMap,
	env, fs,
	path::{Path, PathBuf},
};

use serde_json::Value;

/// One vector.
#[derive(Clone)]
pub struct Vector {
	/// The vector whose steps come before the first of these.
	pub after: Option<String>,
	/// What happens, and what comes of it.
	pub steps: Vec<Value>,
}

fn folder() -> PathBuf {
	let package = env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests and says where the package lies");
	PathBuf::from(package).join("../../pallets_spec/vectors")
}

fn read(path: &Path) -> Value {
	let text = fs::read(path).unwrap_or_else(|fault| panic!("{} cannot be read: {fault}", path.display()));
	serde_json::from_slice(&text).unwrap_or_else(|fault| panic!("{} is not JSON: {fault}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
	let listed = fs::read_dir(folder).unwrap_or_else(|fault| panic!("{} cannot be read: {fault}", folder.display()));
	listed
		.map(|entry| entry.expect("an entry can be read").path())
		.collect()
}

/// The vectors that the index names.
pub fn index() -> Vec<String> {
	let named = read(&folder().join("index.json"));
	named.as_array().expect("a list").iter().map(text).collect()
}

/// All vectors that lie there, by chapter and name.
pub fn all() -> BTreeMap<String, Vector> {
	let chapters = entries(&folder()).into_iter().filter(|path| path.is_dir());
	chapters
		.flat_map(|chapter| entries(&chapter))
		.filter(|path| path.extension().is_some_and(|kind| kind == "json"))
		.map(|path| (name_of(&path), vector(&read(&path))))
		.collect()
}

fn name_of(path: &Path) -> String {
	let name = path.strip_prefix(folder()).expect("it lies there").with_extension("");
	name.to_str().expect("a name in ASCII").into()
}

fn vector(described: &Value) -> Vector {
	Vector {
		after: described.get("after").map(text),
		steps: described["steps"].as_array().expect("a list of steps").clone(),
	}
}

/// A text of a vector.
pub fn text(value: &Value) -> String {
	value.as_str().expect("a text").into()
}

/// Bytes of a vector, in hexadecimal.
pub fn bytes(value: &Value) -> Vec<u8> {
	sp_core::bytes::from_hex(value.as_str().expect("bytes in hexadecimal")).expect("bytes in hexadecimal")
}

/// A whole number of a vector: large ones are texts.
pub fn number(value: &Value) -> u128 {
	match value {
		Value::String(digits) => digits.parse().expect("a whole number"),
		_ => value.as_u64().expect("a whole number").into(),
	}
}

/// The parts of an object of a vector; none where it is left out.
pub fn parts(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
	value
		.into_iter()
		.flat_map(|object| object.as_object().expect("an object"))
}
