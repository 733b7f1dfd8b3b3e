import csv, json, random, sys, glob, re
random.seed(5)
texts=[]
for p in glob.glob('/work/shared/data/**/*.csv', recursive=True):
    try:
        for row in csv.DictReader(open(p, encoding='utf-8')):
            for v in row.values():
                if v and isinstance(v,str) and len(v)>40: texts += [s for s in re.split(r'(?<=[.])\s', v) if s]
    except Exception as e: print(p, e, file=sys.stderr)
texts = list(dict.fromkeys(texts)); random.shuffle(texts); texts=texts[:9000]
es=["Se observa opacidad en el lóbulo inferior izquierdo, sin derrame pleural.","Corazón de tamaño normal; mediastino sin ensanchamiento.","Años después: ¿neumotórax? ¡No!"]
de=["Keine Ergüsse. Herzgröße im Normbereich, größenkonstanter Rundherd (ca. 5 mm).","STRASSE Straße Übersicht äöüß ÄÖÜ","Zustand nach Sternotomie; kein Pneumothorax, keine Stauung."]
zh=["两肺纹理清晰,未见明显实变影。","心影大小正常,主动脉迂曲。","右上肺见结节影(约5mm)。ＣＴ复查"]
words=re.findall(r'\w+', ' '.join(texts[:500]+es+de+zh))
for base in (es,de,zh):
    for _ in range(2500):
        s=random.choice(base)
        parts=[random.choice([s, random.choice(words), ''.join(random.choice(s) for _ in range(random.randint(1,12))), str(random.randint(0,99999)), random.choice(['-','–','…','°','µ','½','²','%','\u00a0','\u200b','\t','\r\n'])]) for _ in range(random.randint(2,10))]
        texts.append(random.choice([' ','','  ']).join(parts))
def anychar():
    while True:
        c=random.choice([random.randint(1,0x2ff),random.randint(1,0xffff),random.randint(1,0x10ffff)])
        if not 0xd800<=c<=0xdfff: return chr(c)
for _ in range(4000):
    texts.append(''.join(random.choice([anychar(), random.choice(' abcXYZ.,'), 'é','e\u0301','İ','ß','ﬁ','가']) for _ in range(random.randint(1,40))))
texts.append('a'*101+' '+'b'*100)
json.dump(texts, open('/tmp/w26/texts.json','w')); print(len(texts))
