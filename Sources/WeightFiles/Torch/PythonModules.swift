/// The packages whose classes are never taken for those of a model.
enum PythonModules {
  /// Python's own library (2 and 3) and packages whose classes import, unpickle or run things.
  ///
  /// Nothing is executed either way: a class of these has no place in a weight file, and says that
  /// someone means harm.
  static let refused = Set(
    """
    __builtin__ BaseHTTPServer ConfigParser HTMLParser Queue SimpleHTTPServer SocketServer StringIO
    Tkinter UserDict UserList abc aifc antigravity argparse array ast asynchat asyncio asyncore
    atexit audioop base64 bdb binascii bisect builtins bz2 cPickle cProfile cStringIO calendar cgi
    cgitb chunk cmath cmd code codecs codeop collections colorsys commands compileall compression
    concurrent configparser contextlib contextvars copy copy_reg copyreg crypt csv ctypes curses
    dataclasses datetime dbm decimal difflib dis distutils doctest dummy_thread email encodings
    ensurepip enum errno exceptions faulthandler fcntl filecmp fileinput fnmatch formatter
    fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib
    heapq hmac html http httplib idlelib imaplib imghdr imp importlib inspect io ipaddress
    itertools json keyword lib2to3 linecache locale logging lzma macpath mailbox mailcap marshal
    math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc new nis nntplib nt ntpath
    nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle
    pickletools pipes pkgutil platform plistlib popen2 poplib posix posixfile posixpath pprint
    profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re
    readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil
    signal site sitecustomize smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile
    sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable
    symbol sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap this
    thread threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty
    turtle turtledemo types typing unicodedata unittest urllib urllib2 urlparse usercustomize user
    uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc
    xmlrpclib zipapp zipfile zipimport zlib zoneinfo
    IPython ipykernel ipywidgets cffi cloudpickle cython dask dill django docker fabric fastapi
    flask ftfy gevent invoke jinja2 joblib jsonpickle keras llvmlite numba numexpr numpy pandas
    paramiko pexpect pip pkg_resources psutil ptyprocess pyximport ray requests scipy setuptools
    sh sklearn sqlalchemy sympy tensorflow theano tornado triton twisted urllib3 werkzeug wheel yaml
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
