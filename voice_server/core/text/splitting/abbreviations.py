"""Words that carry a full stop without ending a sentence, by language and kind.

After one of `NEVER_ENDS` the sentence always goes on (Dr., e.g.); after one of `MAY_END` it ends only if the
next word is one that starts sentences (Inc., Jr.); after one of `BEFORE_NUMBER` it goes on before a number
(No. 5, Fig. 2), and elsewhere the entry is an ordinary word.

Entries are written without the last dot. One with a capital matches only text with that capital (Sat. is a
day, sat a verb). Spaced abbreviations ("z. B.") need no entry, because each part is a single letter and so an
initial; nor do dotted acronyms, which are known by their shape.

Source: general knowledge of each language's dictionaries and style guides, checked against the development
parts of the Universal Dependencies treebanks and the categories of public splitters' test suites (pySBD,
sentencex). No list was copied.
"""

from __future__ import annotations

NEVER_ENDS: dict[str, str] = {
    "en": "mr mrs ms mx messrs mmes dr drs prof profs Rev revd Fr Hon Gov Sen Sens Rep Reps Gen Col lt"
    " capt cpt cmdr cdr Maj sgt cpl pvt adm brig Pres Supt Insp Det atty asst assoc Dep e.g i.e eg ie vs"
    " v viz cf approx ca incl excl esp resp intl natl msgr mgr Amb Treas Ald attn Jos Chas Geo Thos Benj"
    " Robt Jas",
    "de": "hr fr frl herrn dr prof dipl ing med phil rer nat jur h.c mag bzw ca evtl ggf inkl exkl zzgl abzgl"
    " vgl sog geb gest bspw insb insbes bes bez betr bzgl einschl ehem eigtl entspr z.b d.h u.a z.t o.ä"
    " i.d.r u.u v.a s.o s.u i.e e.g m.e o.g kath ev evang röm griech lat dt engl frz ital span amerik dgl"
    " gem gez hrsg jew lfd max mind mtl od rd st tägl urspr verh versch vorm vors wg zw zzt z.zt allg"
    " angebl ausschl bayer botan chem ger fa em mult Joh Seb Wilh Friedr Jos Hptm Oblt stv",
    "fr": "m mm mme mmes mlle mlles mgr dr drs pr me mes ste st p.ex c.-à-d cf env ex apr j.-c boul chap"
    " gal gén col cdt lt cap adj capt resp",
    "es": "sr sra srta sres sras srtas dr dra dres d dª dña prof profa lic ing arq abg gral cnel tte cmte"
    " mons pbro fr sto sta p.ej ej av avda ee rr.hh dd.hh aprox admón admon depto dpto edo excmo excma"
    " ilmo ilma ldo lda mtro mtra hno hna hnos vda v.gr c.c alm sgto pdte",
    "it": "sig sigg sig.ra sig.na sig.re dott dott.ssa dr prof prof.ssa ing avv arch geom rag on sen egr gent"
    " spett ill.mo mons s ss p.es ad.es es cfr ca art.li dir amm cav comm col cap ten magg uff vs st"
    " idraul meteor psicol econ card",
    "pt": "sr sra srs sras srta dr dra drs profa profª srª prof eng engª enga arq exmo exma ilmo ilma d p.ex"
    " ex av r pe rev gen cel cap maj ten sgt min dep sen gov st sto sta fl fls aprox dept depto gal alm"
    " brig des",
    "ca": "sr sra dr dra prof p.ex av",
    "nl": "dhr mevr mw dr drs ir ing prof mr jhr mgr ds Past st bijv bv d.w.z m.a.w o.a m.n z.g zgn resp"
    " ca evt incl excl i.p.v t.a.v t.o.v n.a.v i.v.m m.b.t m.i.v gebr vgl nl burg aanw vnw plm fa",
    "sv": "hr fr dr prof doc ca t.ex d.v.s dvs bl.a m.a.o s.k resp inkl exkl f.d jfr fr.o.m kap tf e.d alt"
    " ordf chefred sekr gen adm",
    "da": "hr fr frk dr prof ca f.eks fx bl.a d.v.s dvs jf inkl ekskl vedr evt skt sct mht pga ang hhv alm"
    " adm dir cand civ ing o.l sml ltr sgt p.gr.a m.h.t",
    "no": "hr fr dr prof ca f.eks bl.a dvs jf inkl ekskl vedr evt ang hhv st siv adm dir",
    "is": "hr fr þm hv hæstv dr próf t.d þ.e m.a skv u.þ.b sbr þ.á.m f.hl s.s o.þ.h",
    "fi": "hra rva nti tri prof dipl ins esim mm ks vrt fil maist toim luutn kapt ev pastori st ent kenr",
    "pl": "p pp dr prof hab inż mgr ks gen płk ppłk mjr kpt por sierż św bł tzw tzn np m.in m in ul al os pl"
    " wg ds zob ww ang niem franc ros łac tj wym jw bałt ppor dyr abp bp kard mec",
    "cs": "p pí sl dr mudr judr ing mgr bc rndr phdr prof doc gen plk pplk mjr kpt sv tzv tj tzn např resp"
    " popř příp apod ul nám tř zvl arch akad red srov viz lat angl něm franc řec slov mj vč event",
    "sk": "p pani dr mudr judr ing mgr bc rndr phdr prof doc gen plk pplk mjr kpt sv tzv t.j tj tzn napr"
    " resp príp ul nám tr zvl arch akad red porov lat angl nem franc gréc slov r.č vrát najm al",
    "sl": "g ga gdč dr prof mag inž doc sv npr t.i tj oz ul dipl akad",
    "hr": "g gđa gđica dr prof mr ing doc sv npr tzv tj odn ul dipl akad",
    "hu": "dr ifj özv id prof st ún pl ill kb vö dr.univ gr br",
    "tr": "dr prof doç yrd av sn müh alb gen yzb bkz örn hz cad sok mah bul apt no tel alm çev yay",
    "id": "rs pt ud cv rt rw tb kec kab kel ds bpk sdr sdri dr drs dra prof ir kh hj h tgk jl no tgl a.n u.b"
    " s.d yth gg kol letjen mayjen st jend kapt",
    "ro": "dl d-l d-na dna dr prof ing st sf nr str bd av gen col",
    "et": "hr pr dr prof st nn nt lk s.o s.t sh",
    "lv": "dr prof kgs g ģen piem t.i",
    "lt": "p dr prof doc inž t.y pvz vad šv gen",
    "ru": "г-н г-жа гр проф акад доц д-р канд инж ген полк подп майор кап св преп арх ред ул просп пер пл бул"
    " наб ш д кв корп оф обл р-н пос дер пгт с ст т.е т.н т.к т.о напр ср в.н ок прибл тел ф англ нем фр"
    " лат греч итал исп яп кит букв раб собств сокр устар разг совр нач кон чл м яз тов зам изд митр еп кн"
    " имп адм реж сост отв худ комп",
    "uk": "п пп проф акад доц д-р канд інж ген полк св ім вул просп пров пл бул буд кв корп оф обл р-н с м"
    " поч кін сер смт т.зв т.д напр див пор ред тел англ нім фр франц лат грец рос укр букв наук худ церк"
    " спец чл журн зв знач нар нац мал стор град т тов зам реж комп кн єп митр адм",
    "bg": "г-н г-жа г-ца д-р проф доц акад инж ген полк майор св ул бул пл кв ет вх напр т.е т.нар вж изд"
    " рис фиг арх адв чл ал жк тел",
    "kk": "т.с.с проф акад ред көш қ ғ",
    "sr": "г гђа проф доц инж св нпр тзв тј ул акад",
    "el": "κ κκ κα δρ καθ αγ δηλ βλ πρβλ αρ οδ λεωφ σελ τηλ στρ υπ εκδ χλμ",
    "hy": "պրոֆ ակադ դոկտ փող տ գ թ յու էջ տե՛ս",
    "ar": "د أ م أ.د ا.د ص ج",
    "fa": "ر.ک",
    "hi": "डॉ डा श्री श्रीमती प्रो कु मि सर्व पं स्व ले कर्नल ई क्र सं",
    "mr": "डॉ श्री श्रीमती प्रा प्रो कु मि पं स्व कै रा ई क्र सं",
    "ml": "ഡോ മി പ്രൊ ശ്രീ",
    "th": "ดร ศ รศ ผศ นพ พญ อ ร.ต",
    "bn": "ড ডা মো মোঃ মি শ্রী",
    "ta": "திரு டாக்டர் பேரா",
    "te": "డా శ్రీ ప్రొ",
    "gu": "ડો શ્રી પ્રો",
    "vi": "tp ts ths gs pgs bs",
}

MAY_END: dict[str, str] = {
    "en": "inc co corp ltd llc plc bros cos etc al jr sr esq ave blvd rd hwy ln sq pkwy ct st ste mt mts"
    " ft pt Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun"
    " Tex Calif Fla Mass Conn Wash Ill Ind Mich Minn Wis Ariz Ark Colo Ga Okla Ore Penn Tenn Neb Nev Ala"
    " Md Va Vt Cal Civ Crim est ed eds trans misc min max hr hrs avg temp govt mfg ibid op cit seq cir"
    " supp def appt bldg sch coll acad inst tel fax bal pkg qty ref n.b p.s mph kph wt yr yrs mo mos wk"
    " wks dept assn intro Fed Evid acct deg hosp Amend Nat"
    " Phys",
    "de": "usw etc bsp Jan Feb Mär Apr Jun Jul Aug Sep Sept Okt Nov Dez mio mrd tsd stk str std min sek jh"
    " jhd jhdt co gmbh u.s.w u.a.m usf ff n.chr v.chr chr tel ges anm aufl zit bd",
    "fr": "etc janv févr avr juil sept oct nov déc av tél bd s.a cie fig vol éd hab ha",
    "es": "etc uu ee.uu Ene Feb Mar Abr May Jun Jul Ago Sep Sept Oct Nov Dic Lun Mié Jue Vie Sáb Dom cía"
    " s.a a.c d.c tel ext ud uds vd vds vol ed fig cap",
    "it": "ecc etc lun mar mer gio ven sab Gen Feb Mar Apr Mag Giu Lug Ago Sett Ott Nov Dic a.c d.c s.p.a"
    " s.r.l tel fig vol",
    "pt": "etc Jan Fev Mar Abr Jun Jul Ago Nov Dez cia ltda s.a a.c d.c tel obs",
    "nl": "enz etc jan feb mrt apr jun jul aug sep sept okt nov dec e.d e.v tel n.chr v.chr b.v n.v min max",
    "sv": "etc osv m.m m.fl kl jan feb mar apr jun jul aug sept okt nov dec kr st mkr mdkr milj milj.kr"
    " f.kr e.kr tel",
    "da": "etc osv o.lign m.m m.v m.fl jan feb mar apr jun jul aug sept okt nov dec kr mio mia mill pct"
    " f.kr e.kr tlf stk afd ass min",
    "no": "etc osv o.l m.m m.fl jan feb mar apr jun jul aug sept okt nov des kr mill mrd pst f.kr e.kr tlf",
    "is": "o.s.frv o.fl m.a.s jan feb mar apr jún júl ágú sept okt nóv des kr f.kr e.kr millj",
    "fi": "jne yms ynnä ym ns eaa jaa ekr jkr klo tammik helmik maalisk huhtik toukok kesäk heinäk elok"
    " syysk lokak marrask jouluk mk milj mrd puh",
    "pl": "itd itp etc r w godz tys mln mld zł gr im n.e p.n.e stycz lut kwiet czerw sierp wrzes paźdz"
    " grud tel nr woj pow gm sp",
    "cs": "atd atp aj etc kč hal tis mil mld stol hod min př.n.l n.l tel str spol",
    "sk": "atď atd apod etc sk tis mil mld stor hod min pred n.l jan feb mar apr máj jún júl aug sept okt"
    " nov dec tel spol s.r.o a.s",
    "sl": "itd ipd etc st tis mio mrd ur min pr.n.št",
    "hr": "itd i.dr etc st tis mil mlrd sat min pr.kr",
    "hu": "stb jan febr márc ápr jún júl aug szept okt nov dec kft rt bt zrt i.e i.sz u sz",
    "tr": "vb vs vd mad a.ş ltd şti oca şub mar nis may haz tem ağu eyl eki kas ara ort m.ö m.s",
    "id": "dll dsb dst dkk tbk jan feb mar apr jun jul agu sep okt nov des",
    "ro": "etc ș.a ian feb mar apr iun iul aug sept oct noi dec",
    "et": "jne jms jt eKr pKr mln mld",
    "ru": "т.д др пр т.п и.о г гг в вв р руб коп тыс млн млрд трлн н.э янв февр апр авг сент окт нояб дек"
    " ч мин сек кг км см мм стр илл рис табл им",
    "uk": "ін т.п р рр ст грн коп тис млн млрд трлн н.е січ лют бер квіт трав черв лип серп верес жовт"
    " лист груд год хв сек кг км см мм рис табл",
    "bg": "др т.н г гг в лв ст хил млн млрд н.е пр.н.е ян февр апр авг септ окт ноем дек ч мин сек кг км"
    " см мм с",
    "kk": "т.б ж жж мың млн млрд тг б.з.б б.з",
    "sr": "итд итсл и др хиљ мил млрд н.е",
    "el": "κ.λπ κ.λ.π κλπ κ.α κ.ά κ.τ.λ κτλ π.χ μ.χ εκ δισ χιλ ιαν φεβ μαρ απρ αυγ σεπ οκτ νοε δεκ α.ε",
    "hy": "և այլն հոկտ նոյ դեկ հունվ փետր",
    "ar": "إلخ الخ ق.م ب.م",
    "fa": "ق.م ه.ش ه.ق",
    "hi": "ई.पू",
}

BEFORE_NUMBER: dict[str, str] = {
    "en": "no nos rs n° nº nr fig figs tab vol vols p pp pg pgs ch chap chaps sec secs art arts eq eqs ex"
    " par para apt ste rte rm ext bk bks fn ll rev ver",
    "de": "nr nrn s abb tab bd kap art abs ziff anm aufl pos str hausnr kl stk rn az bl max",
    "fr": "n° nº no p pp fig vol chap art ch t tab al max min env",
    "es": "n° nº no núm num nro p pp pág págs fig vol cap art arts apdo párr párrf inc cra cl tel ext piso"
    " km máx mín",
    "it": "n n° nº nr p pp pag pagg sec fig vol cap art artt par tel",
    "pt": "n n° nº no nr p pp pág págs séc fig vol cap art arts inc km máx mín",
    "nl": "nr nrs p pp blz fig afb hfst art par tel dl jg bl max",
    "sv": "nr nris s sid fig tab kap art bil kl tel",
    "da": "nr s fig tab kap art bil kl tlf stk",
    "no": "nr s fig tab kap art kl tlf",
    "is": "nr bls kl gr mgr",
    "fi": "nro n:o s kuv taul luku art klo puh",
    "pl": "nr s str rys tab rozdz art ust par pkt poz t godz tel ok",
    "cs": "č čís s str obr tab kap čl odst písm sv tel",
    "sk": "č čís s str obr tab kap čl ods písm zv tel",
    "hu": "sz o ld fej bek",
    "tr": "no s nu sh md böl",
    "ru": "№ с стр рис табл гл ст ч п пп т тт разд прил тел кв",
    "uk": "№ с стор рис мал табл розд ст ч п пп т тел",
    "bg": "№ с стр фиг рис табл гл чл ал т тел",
    "el": "αρ σελ σ εικ κεφ αρθ παρ τηλ",
    "hy": "էջ նկ գլ հ",
    "hi": "सं क्र पृ",
    "ro": "nr str bl ap sc pag art vol cap fig tel",
    "id": "no hlm hal gbr tabel bab ps",
}

WEEKDAYS: dict[str, str] = {
    "de": "Mo Di Mi Do Fr Sa So",
    "fr": "lun mar mer jeu ven sam dim",
    "es": "lun mar mié jue vie sáb dom",
    "pt": "seg ter qua qui sex sáb dom",
}
"""Short names of weekdays, before a number as `BEFORE_NUMBER`; most are words too, and tell no language."""

UNITS: dict[str, str] = {
    "en": "ft in lb lbs oz yd yds mi pt qt gal tsp tbsp sq cu cm mm km kg hp rpm hr hrs min mins sec secs yr"
    " yrs mo mos wk wks",
    "de": "mio mrd tsd std min sek",
    "fr": "min sec h km kg cm mm ha",
    "sv": "kr mkr milj st",
    "da": "kr mio mia mill pct stk min",
    "no": "kr mill mrd pst",
    "is": "kr millj",
    "fi": "mk milj mrd",
    "pl": "r zł gr tys mln mld godz min",
    "cs": "kč hod min tis mil mld",
    "sk": "sk hod min tis mil mld",
    "ru": "г гг в вв р руб коп тыс млн млрд трлн мин сек кг км см мм м мл л т га",
    "uk": "р рр ст грн коп тис млн млрд хв сек кг км см мм т",
    "bg": "г лв ст хил млн млрд мин сек кг км см",
    "kk": "ж жж тг млн млрд",
}
"""Units of measure: behind a number, the sentence goes on before a digit or lower case and may end before a
capital."""

BRANDS = "yahoo jeopardy yum guess who e"
"""Names, in lower case, that are written with "!" or "?" at their end: Yahoo!, Jeopardy!"""

INTERNATIONAL_NEVER_ENDS = (
    "mr mrs ms dr prof vs messrs mme mmes mlle mlles mgr msgr sra sras srta srtas drs profa dña avda"
    " excmo excma ilmo ilma exmo exma sigg dott avv egr spett mevr abzgl allg angebl bspw bzgl bzw dgl"
    " dipl ehem eigtl einschl entspr evang evtl exkl frl ggf hrsg inkl insb insbes kath lfd sog urspr"
    " versch vgl zzgl aprox admón bijv zgn płk ppłk mjr inż tzw tzn sierż św tzv např napr příp popř"
    " mudr judr rndr phdr esim ifj özv yrd doç müh bkz jfr skt vedr hhv dvs t.ex d.v.s f.eks bl.a z.b"
    " d.h i.d.r d.w.z p.ej p.ex p.es m.in"
)
INTERNATIONAL_BEFORE_NUMBER = "n° nº № abb pág págs núm pag pagg blz afb rys rozdz séc čís"
"""Abbreviations that are no word of any other language, and so count in all of them: texts hold names and
quotations of other languages, and the language of a short text is easily guessed wrong.
"""

INTERNATIONAL_MAY_END = "inc ltd corp co jr bros etc st mt ft llc univ"

COMPANY_FORMS = "ltd llc corp co"
"""Forms of companies, which may stand behind another one that no list has: "Pte. Ltd."."""

ET_CETERA = (
    "etc usw u.s.w u.a.m ecc enz osv o.s.v m.m m.fl o.s.frv o.fl jne yms ynnä itd itp atd atp atď apod"
    " ipd i.dr stb vb vs vd dll dsb dst ș.a jms т.д т.п др пр ін т.н т.б итд итсл κ.λπ κ.λ.π κλπ κ.τ.λ κτλ"
    " այլն إلخ الخ"
)
"""Abbreviations for "and so on": a capital after one begins the next sentence, unless it is a German noun."""

CURRENCIES = "euro euros dollar dollars eur usd gbp chf kč czk dkk sek nok pln huf rub uah"
"""Currencies, which may have a capital and yet belong to the number before them: "5 Mio. Euro"."""

TITLES = "mr mrs ms dr prof hr fr sr sra sres m mme mlle sig"
"""Titles before a name: behind an abbreviation that may end a sentence, they begin the next one."""
