//! What Python 2 called the things of its standard library.
//!
//! CPython writes its oldest protocols for a receiver that runs Python 2; one that runs Python 3
//! translates back (NET-33).

/// The name that stands in a pickle for what Python 3 has as `name` in `module`.
pub(super) fn name_of<'n>(module: &'n str, name: &'n str) -> (&'n str, &'n str) {
    let known = NAMES.binary_search_by(|(new_module, new_name, ..)| {
        (*new_module, *new_name).cmp(&(module, name))
    });
    if let Ok(place) = known {
        let (_, _, module, name) = NAMES[place];
        return (module, name);
    }
    match MODULES.binary_search_by(|(new, _)| (*new).cmp(module)) {
        Ok(place) => (MODULES[place].1, name),
        Err(_) => (module, name),
    }
}

/// Modules that were renamed as a whole.
#[rustfmt::skip]
const MODULES: [(&str, &str); 46] = [
    ("_bz2", "bz2"),
    ("_dbm", "dbm"),
    ("_dummy_thread", "dummy_thread"),
    ("_functools", "functools"),
    ("_gdbm", "gdbm"),
    ("_markupbase", "markupbase"),
    ("_pickle", "pickle"),
    ("_thread", "thread"),
    ("builtins", "__builtin__"),
    ("collections.abc", "_abcoll"),
    ("configparser", "ConfigParser"),
    ("copyreg", "copy_reg"),
    ("dbm", "anydbm"),
    ("dbm.bsd", "dbhash"),
    ("dbm.dumb", "dumbdbm"),
    ("dbm.gnu", "gdbm"),
    ("dbm.ndbm", "dbm"),
    ("html.entities", "htmlentitydefs"),
    ("html.parser", "HTMLParser"),
    ("http.client", "httplib"),
    ("http.cookiejar", "cookielib"),
    ("http.cookies", "Cookie"),
    ("http.server", "BaseHTTPServer"),
    ("queue", "Queue"),
    ("reprlib", "repr"),
    ("socketserver", "SocketServer"),
    ("subprocess", "commands"),
    ("test.support", "test.test_support"),
    ("tkinter", "Tkinter"),
    ("tkinter.colorchooser", "tkColorChooser"),
    ("tkinter.commondialog", "tkCommonDialog"),
    ("tkinter.constants", "Tkconstants"),
    ("tkinter.dialog", "Dialog"),
    ("tkinter.dnd", "Tkdnd"),
    ("tkinter.filedialog", "tkFileDialog"),
    ("tkinter.font", "tkFont"),
    ("tkinter.messagebox", "tkMessageBox"),
    ("tkinter.scrolledtext", "ScrolledText"),
    ("tkinter.simpledialog", "tkSimpleDialog"),
    ("tkinter.ttk", "ttk"),
    ("urllib.parse", "urlparse"),
    ("urllib.request", "urllib2"),
    ("urllib.robotparser", "robotparser"),
    ("winreg", "_winreg"),
    ("xmlrpc.client", "xmlrpclib"),
    ("xmlrpc.server", "SimpleXMLRPCServer"),
];

/// What moved or was renamed by itself: module and name now, module and name then. In the order of
/// the modules and names of now.
#[rustfmt::skip]
const NAMES: [(&str, &str, &str, &str); 112] = [
    ("_functools", "reduce", "__builtin__", "reduce"),
    ("_socket", "socket", "socket", "_socketobject"),
    ("builtins", "ArithmeticError", "exceptions", "ArithmeticError"),
    ("builtins", "AssertionError", "exceptions", "AssertionError"),
    ("builtins", "AttributeError", "exceptions", "AttributeError"),
    ("builtins", "BaseException", "exceptions", "BaseException"),
    ("builtins", "BrokenPipeError", "exceptions", "OSError"),
    ("builtins", "BufferError", "exceptions", "BufferError"),
    ("builtins", "BytesWarning", "exceptions", "BytesWarning"),
    ("builtins", "ChildProcessError", "exceptions", "OSError"),
    ("builtins", "ConnectionAbortedError", "exceptions", "OSError"),
    ("builtins", "ConnectionError", "exceptions", "OSError"),
    ("builtins", "ConnectionRefusedError", "exceptions", "OSError"),
    ("builtins", "ConnectionResetError", "exceptions", "OSError"),
    ("builtins", "DeprecationWarning", "exceptions", "DeprecationWarning"),
    ("builtins", "EOFError", "exceptions", "EOFError"),
    ("builtins", "EnvironmentError", "exceptions", "EnvironmentError"),
    ("builtins", "Exception", "exceptions", "Exception"),
    ("builtins", "FileExistsError", "exceptions", "OSError"),
    ("builtins", "FileNotFoundError", "exceptions", "OSError"),
    ("builtins", "FloatingPointError", "exceptions", "FloatingPointError"),
    ("builtins", "FutureWarning", "exceptions", "FutureWarning"),
    ("builtins", "GeneratorExit", "exceptions", "GeneratorExit"),
    ("builtins", "IOError", "exceptions", "IOError"),
    ("builtins", "ImportError", "exceptions", "ImportError"),
    ("builtins", "ImportWarning", "exceptions", "ImportWarning"),
    ("builtins", "IndentationError", "exceptions", "IndentationError"),
    ("builtins", "IndexError", "exceptions", "IndexError"),
    ("builtins", "InterruptedError", "exceptions", "OSError"),
    ("builtins", "IsADirectoryError", "exceptions", "OSError"),
    ("builtins", "KeyError", "exceptions", "KeyError"),
    ("builtins", "KeyboardInterrupt", "exceptions", "KeyboardInterrupt"),
    ("builtins", "LookupError", "exceptions", "LookupError"),
    ("builtins", "MemoryError", "exceptions", "MemoryError"),
    ("builtins", "ModuleNotFoundError", "exceptions", "ImportError"),
    ("builtins", "NameError", "exceptions", "NameError"),
    ("builtins", "NotADirectoryError", "exceptions", "OSError"),
    ("builtins", "NotImplementedError", "exceptions", "NotImplementedError"),
    ("builtins", "OSError", "exceptions", "OSError"),
    ("builtins", "OverflowError", "exceptions", "OverflowError"),
    ("builtins", "PendingDeprecationWarning", "exceptions", "PendingDeprecationWarning"),
    ("builtins", "PermissionError", "exceptions", "OSError"),
    ("builtins", "ProcessLookupError", "exceptions", "OSError"),
    ("builtins", "ReferenceError", "exceptions", "ReferenceError"),
    ("builtins", "RuntimeError", "exceptions", "RuntimeError"),
    ("builtins", "RuntimeWarning", "exceptions", "RuntimeWarning"),
    ("builtins", "StopIteration", "exceptions", "StopIteration"),
    ("builtins", "SyntaxError", "exceptions", "SyntaxError"),
    ("builtins", "SyntaxWarning", "exceptions", "SyntaxWarning"),
    ("builtins", "SystemError", "exceptions", "SystemError"),
    ("builtins", "SystemExit", "exceptions", "SystemExit"),
    ("builtins", "TabError", "exceptions", "TabError"),
    ("builtins", "TimeoutError", "exceptions", "OSError"),
    ("builtins", "TypeError", "exceptions", "TypeError"),
    ("builtins", "UnboundLocalError", "exceptions", "UnboundLocalError"),
    ("builtins", "UnicodeDecodeError", "exceptions", "UnicodeDecodeError"),
    ("builtins", "UnicodeEncodeError", "exceptions", "UnicodeEncodeError"),
    ("builtins", "UnicodeError", "exceptions", "UnicodeError"),
    ("builtins", "UnicodeTranslateError", "exceptions", "UnicodeTranslateError"),
    ("builtins", "UnicodeWarning", "exceptions", "UnicodeWarning"),
    ("builtins", "UserWarning", "exceptions", "UserWarning"),
    ("builtins", "ValueError", "exceptions", "ValueError"),
    ("builtins", "Warning", "exceptions", "Warning"),
    ("builtins", "ZeroDivisionError", "exceptions", "ZeroDivisionError"),
    ("builtins", "chr", "__builtin__", "unichr"),
    ("builtins", "filter", "itertools", "ifilter"),
    ("builtins", "int", "__builtin__", "long"),
    ("builtins", "map", "itertools", "imap"),
    ("builtins", "range", "__builtin__", "xrange"),
    ("builtins", "str", "__builtin__", "unicode"),
    ("builtins", "zip", "itertools", "izip"),
    ("collections", "UserDict", "UserDict", "IterableUserDict"),
    ("collections", "UserList", "UserList", "UserList"),
    ("collections", "UserString", "UserString", "UserString"),
    ("dbm", "whichdb", "whichdb", "whichdb"),
    ("functools", "reduce", "__builtin__", "reduce"),
    ("http.server", "CGIHTTPRequestHandler", "CGIHTTPServer", "CGIHTTPRequestHandler"),
    ("http.server", "SimpleHTTPRequestHandler", "SimpleHTTPServer", "SimpleHTTPRequestHandler"),
    ("itertools", "filterfalse", "itertools", "ifilterfalse"),
    ("itertools", "zip_longest", "itertools", "izip_longest"),
    ("multiprocessing.connection", "Connection", "_multiprocessing", "Connection"),
    ("multiprocessing.context", "AuthenticationError", "multiprocessing", "AuthenticationError"),
    ("multiprocessing.context", "BufferTooShort", "multiprocessing", "BufferTooShort"),
    ("multiprocessing.context", "Process", "multiprocessing.process", "Process"),
    ("multiprocessing.context", "ProcessError", "multiprocessing", "ProcessError"),
    ("multiprocessing.context", "TimeoutError", "multiprocessing", "TimeoutError"),
    ("multiprocessing.popen_fork", "Popen", "multiprocessing.forking", "Popen"),
    ("socket", "fromfd", "_socket", "fromfd"),
    ("sys", "intern", "__builtin__", "intern"),
    ("tkinter.filedialog", "FileDialog", "FileDialog", "FileDialog"),
    ("tkinter.filedialog", "LoadFileDialog", "FileDialog", "LoadFileDialog"),
    ("tkinter.filedialog", "SaveFileDialog", "FileDialog", "SaveFileDialog"),
    ("tkinter.simpledialog", "SimpleDialog", "SimpleDialog", "SimpleDialog"),
    ("urllib.error", "ContentTooShortError", "urllib", "ContentTooShortError"),
    ("urllib.error", "HTTPError", "urllib2", "HTTPError"),
    ("urllib.error", "URLError", "urllib2", "URLError"),
    ("urllib.parse", "quote", "urllib", "quote"),
    ("urllib.parse", "quote_plus", "urllib", "quote_plus"),
    ("urllib.parse", "unquote", "urllib", "unquote"),
    ("urllib.parse", "unquote_plus", "urllib", "unquote_plus"),
    ("urllib.parse", "urlencode", "urllib", "urlencode"),
    ("urllib.request", "getproxies", "urllib", "getproxies"),
    ("urllib.request", "pathname2url", "urllib", "pathname2url"),
    ("urllib.request", "url2pathname", "urllib", "url2pathname"),
    ("urllib.request", "urlcleanup", "urllib", "urlcleanup"),
    ("urllib.request", "urlopen", "urllib", "urlopen"),
    ("urllib.request", "urlretrieve", "urllib", "urlretrieve"),
    ("xmlrpc.server", "DocCGIXMLRPCRequestHandler", "DocXMLRPCServer", "DocCGIXMLRPCRequestHandler"),
    ("xmlrpc.server", "DocXMLRPCRequestHandler", "DocXMLRPCServer", "DocXMLRPCRequestHandler"),
    ("xmlrpc.server", "DocXMLRPCServer", "DocXMLRPCServer", "DocXMLRPCServer"),
    ("xmlrpc.server", "ServerHTMLDoc", "DocXMLRPCServer", "ServerHTMLDoc"),
    ("xmlrpc.server", "XMLRPCDocGenerator", "DocXMLRPCServer", "XMLRPCDocGenerator"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order() {
        assert!(MODULES.is_sorted());
        assert!(NAMES.is_sorted());
    }

    #[test]
    fn a_name_goes_before_its_module() {
        assert_eq!(name_of("builtins", "range"), ("__builtin__", "xrange"));
        assert_eq!(name_of("builtins", "ValueError"), ("exceptions", "ValueError"));
        assert_eq!(name_of("builtins", "len"), ("__builtin__", "len"));
        assert_eq!(name_of("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor"));
        assert_eq!(name_of("app.model", "User"), ("app.model", "User"));
    }
}
